/** Shorter strings are found by chance. */
const minimumBytes = 16;

/** A row that does not fit into one page of 4096 bytes goes on in others. */
const maximumPieceBytes = 1000;

/** Bits of the first four bytes that tell at once, for nearly every place, that no piece begins there. */
const filterBits = 20;

interface Piece {
  readonly needle: number;
  readonly bytes: Buffer;
}

/**
 * Many byte strings to be looked for at once. A row may be spread over pages, and its remains may be damaged: any aligned
 * quarter of a needle counts.
 */
export class NeedleIndex {
  readonly #filter = new Uint8Array(1 << filterBits);
  /** By their first four bytes. */
  readonly #pieces = new Map<number, Piece[]>();

  /** @throws RangeError for a needle under 16 bytes */
  constructor(needles: readonly Buffer[]) {
    for (const piece of needles.flatMap(piecesOf)) {
      const start = piece.bytes.readInt32BE(0);
      this.#filter[slotOf(start)] = 1;
      this.#pieces.set(start, [...(this.#pieces.get(start) ?? []), piece]);
    }
  }

  /** Bytes by which two windows must overlap, so that nothing is missed between them. */
  get overlapBytes(): number {
    return maximumPieceBytes;
  }

  /** Indexes of the needles that are in the window. */
  in(window: Buffer): Set<number> {
    const found = new Set<number>();
    let start = 0;
    for (let end = 0; end < window.length; end++) {
      start = (start << 8) | (window[end] as number);
      if (this.#filter[slotOf(start)] === 0 || end < 3) continue;
      for (const { needle, bytes } of this.#pieces.get(start) ?? []) {
        if (bytes.equals(window.subarray(end - 3, end - 3 + bytes.length))) found.add(needle);
      }
    }
    return found;
  }
}

function slotOf(start: number): number {
  return Math.imul(start, 0x9e3779b1) >>> (32 - filterBits);
}

function piecesOf(bytes: Buffer, needle: number): Piece[] {
  if (bytes.length < minimumBytes) throw new RangeError(`a needle has at least ${minimumBytes} bytes`);
  const size = Math.min(Math.max(minimumBytes, Math.floor(bytes.length / 4)), maximumPieceBytes);
  const starts = Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => index * size);
  return starts.map((start) => ({ needle, bytes: bytes.subarray(start, start + size) }));
}
