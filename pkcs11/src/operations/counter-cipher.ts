import { CryptokiRefusal } from '../codec/refusal.ts';
import { releaseBytes } from '../released-bytes.ts';
import { blockBytes } from './block-cipher.ts';
import type { Cipher } from './cipher.ts';

/** Where the key stream is taken up. */
export interface Counter {
  readonly block: Buffer;
  /** Bits of the block that count, at its end. */
  readonly bits: number;
}

export interface CounterCipherOptions {
  readonly counter: Counter;
  /** CKR_... of a text that is longer than the counter counts. */
  readonly refusal: number;
  /** Adds the key stream that begins with a block of the counter. */
  addKeyStream(counter: Counter, data: Buffer): Promise<Uint8Array>;
}

/** CKM_AES_CTR (SP 800-38A section 6.5): every byte is computed as it comes. */
export class CounterCipher implements Cipher {
  readonly isExact = true;
  readonly #options: CounterCipherOptions;
  /** Bytes of the text so far. */
  #position = 0;

  constructor(options: CounterCipherOptions) {
    this.#options = options;
  }

  updateBytes(partBytes: number): number {
    return partBytes;
  }

  finishBytes(partBytes: number): number {
    return partBytes;
  }

  async update(part: Buffer): Promise<Uint8Array> {
    if (part.length === 0) return Buffer.alloc(0);
    this.#requireUncounted(part.length);
    // A block that was begun is computed again, and what is known of it cut off.
    const known = this.#position % blockBytes;
    const data = Buffer.alloc(known + part.length);
    part.copy(data, known);
    const counter = this.#counterAt(Math.floor(this.#position / blockBytes));
    this.#position += part.length;
    try {
      return (await this.#options.addKeyStream(counter, data)).subarray(known);
    } finally {
      releaseBytes(data);
    }
  }

  finish(part: Buffer): Promise<Uint8Array> {
    return this.update(part);
  }

  wipe(): void {
    // Nothing of the text is kept.
  }

  #counterAt(block: number): Counter {
    const { block: first, bits } = this.#options.counter;
    const value = BigInt(`0x${first.toString('hex')}`);
    const counted = BigInt.asUintN(bits, value + BigInt(block));
    const fixed = (value >> BigInt(bits)) << BigInt(bits);
    const digits = (fixed | counted).toString(16).padStart(2 * blockBytes, '0');
    return { block: Buffer.from(digits, 'hex'), bits };
  }

  /** The key stream must not come again. */
  #requireUncounted(partBytes: number): void {
    const blocks = Math.ceil((this.#position + partBytes) / blockBytes);
    if (BigInt(blocks) <= 1n << BigInt(this.#options.counter.bits)) return;
    throw new CryptokiRefusal(this.#options.refusal, `${blocks} blocks are more than the counter counts`);
  }
}
