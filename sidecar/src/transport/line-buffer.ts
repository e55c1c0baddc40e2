const keptBytes = 16 << 10;
const empty = Buffer.alloc(0);

/** Half a line, in memory that is wiped when it is left. */
export class LineBuffer {
  #bytes: Buffer = empty;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds the piece; answers a view of all that is there. */
  append(piece: Buffer): Buffer {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) this.#grow(length);
    piece.copy(this.#bytes, this.#length);
    this.#length = length;
    return this.#bytes.subarray(0, length);
  }

  clear(): void {
    this.#bytes.fill(0, 0, this.#length);
    this.#length = 0;
    if (this.#bytes.length > keptBytes) this.#bytes = empty;
  }

  #grow(needed: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(1024, needed, this.#bytes.length * 2));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes.fill(0, 0, this.#length);
    this.#bytes = bytes;
  }
}
