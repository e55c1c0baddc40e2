/** The next piece of a source, of any length; undefined at its end. */
export type NextPiece = () => Promise<BufferSource | undefined>;

/** Reads a source of pieces in the lengths that its reader asks for, holding one length and one piece at most. */
export class ByteReader {
  readonly #next: NextPiece;
  readonly #transfer: boolean;
  /** Pieces that are not taken yet; of the first, `#taken` bytes are. */
  readonly #pieces: Uint8Array[] = [];
  #taken = 0;
  #available = 0;
  #ended = false;
  #scratch = new Uint8Array(0);

  /** @param transfer pieces are given up to the reader, which frees their memory when they are used */
  constructor(next: NextPiece, transfer = false) {
    this.#next = next;
    this.#transfer = transfer;
  }

  /** So many bytes in memory of their own; fewer only at the end. */
  async take(lengthBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.borrow(lengthBytes)).slice();
  }

  /** The same in memory that is good until more is asked for: what is thrown away each time piles up as garbage. */
  async borrow(lengthBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    await this.#fill(lengthBytes);
    const length = Math.min(lengthBytes, this.#available);
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(length);
    const bytes = this.#scratch.subarray(0, length);
    for (let filled = 0; filled < length; ) filled += this.#copy(bytes.subarray(filled));
    return bytes;
  }

  async isAtEnd(): Promise<boolean> {
    await this.#fill(1);
    return this.#available === 0;
  }

  /** Bytes that were copied from the first piece. */
  #copy(target: Uint8Array): number {
    const piece = this.#pieces[0] as Uint8Array;
    const part = piece.subarray(this.#taken, this.#taken + target.length);
    const { length } = part;
    target.set(part);
    this.#available -= length;
    this.#taken += length;
    if (this.#taken === piece.length) {
      this.#pieces.shift();
      this.#taken = 0;
      if (this.#transfer) release(piece);
    }
    return length;
  }

  async #fill(lengthBytes: number): Promise<void> {
    while (this.#available < lengthBytes && !this.#ended) {
      const piece = await this.#next();
      if (piece === undefined) this.#ended = true;
      else this.#add(viewOf(piece));
    }
  }

  #add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#available += bytes.length;
  }
}

/**
 * Frees memory now that garbage collection would free some dozen MiB later. Where the runtime has no `transfer`, and
 * where the memory holds other things too, it is left alone.
 */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer?.(0);
}

/**
 * The bytes of a buffer or view, not copied.
 *
 * @throws TypeError for anything else, as a text
 */
function viewOf(piece: BufferSource): Uint8Array {
  if (ArrayBuffer.isView(piece)) return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  if (piece instanceof ArrayBuffer) return new Uint8Array(piece);
  throw new TypeError('an envelope is made of bytes: give ArrayBuffer or views of them');
}
