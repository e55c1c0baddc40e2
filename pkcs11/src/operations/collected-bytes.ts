import { CryptokiRefusal } from '../codec/refusal.ts';
import { releaseBytes } from '../released-bytes.ts';

export interface CollectedBytesOptions {
  readonly maximumBytes: number;
  /** CKR_... of one byte more. */
  readonly refusal: number;
}

/** Copies of what a message or a ciphertext comes in. */
export class CollectedBytes {
  readonly #options: CollectedBytesOptions;
  #parts: Buffer[] = [];
  #length = 0;

  constructor(options: CollectedBytesOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#length;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#length + bytes <= this.#options.maximumBytes;
  }

  /** @throws CryptokiRefusal as `refusal` */
  requireRoomFor(bytes: number): void {
    if (this.hasRoomFor(bytes)) return;
    throw new CryptokiRefusal(this.#options.refusal, `more than ${this.#options.maximumBytes} bytes`);
  }

  /** @throws CryptokiRefusal as `refusal` */
  add(part: Buffer): void {
    this.requireRoomFor(part.length);
    const copy = Buffer.alloc(part.length);
    part.copy(copy);
    this.#parts.push(copy);
    this.#length += part.length;
  }

  /** All in one piece, which goes on being of this: `wipe` wipes it. */
  joined(): Buffer {
    const [first = Buffer.alloc(0), ...others] = this.#parts;
    if (others.length === 0) return first;
    // Memory of its own: that of the pool would not be given back.
    const all = Buffer.alloc(this.#length);
    let offset = 0;
    for (const part of this.#parts) offset += part.copy(all, offset);
    for (const part of this.#parts) releaseBytes(part);
    this.#parts = [all];
    return all;
  }

  wipe(): void {
    for (const part of this.#parts) releaseBytes(part);
    this.#parts = [];
    this.#length = 0;
  }
}
