import type { Needle } from './needles.ts';

/** A needle and where it begins. */
export interface Hit {
  readonly needle: Needle;
  readonly offset: number;
}

/** Bits of the first four bytes that tell at once, for nearly every place, that no needle begins there. */
const filterBits = 20;

/** Many needles to be looked for in one pass. */
export class NeedleSearch {
  readonly #filter = new Uint8Array(1 << filterBits);
  /** By their first four bytes. */
  readonly #needles = new Map<number, Needle[]>();

  constructor(needles: readonly Needle[]) {
    for (const needle of needles) {
      const start = needle.bytes.readInt32BE(0);
      this.#filter[slotOf(start)] = 1;
      this.#needles.set(start, [...(this.#needles.get(start) ?? []), needle]);
    }
  }

  in(window: Buffer): Hit[] {
    const hits: Hit[] = [];
    let start = 0;
    for (let end = 0; end < window.length; end++) {
      start = (start << 8) | (window[end] as number);
      if (this.#filter[slotOf(start)] === 1 && end >= 3) hits.push(...this.#at(window, end - 3, start));
    }
    return hits;
  }

  #at(window: Buffer, offset: number, start: number): Hit[] {
    const needles = this.#needles.get(start) ?? [];
    return needles
      .filter(({ bytes }) => bytes.equals(window.subarray(offset, offset + bytes.length)))
      .map((needle) => ({ needle, offset }));
  }
}

function slotOf(start: number): number {
  return Math.imul(start, 0x9e3779b1) >>> (32 - filterBits);
}
