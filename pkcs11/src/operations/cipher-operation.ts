import { releaseBytes } from '../released-bytes.ts';
import type { ActiveOperation } from '../session/active-operations.ts';
import type { Cipher } from './cipher.ts';
import { bufferOf, fits, type Output } from './output.ts';
import { Progress } from './progress.ts';

/** C_EncryptInit to C_Encrypt or C_EncryptFinal, and C_DecryptInit to C_Decrypt or C_DecryptFinal. */
export class CipherOperation implements ActiveOperation {
  readonly #cipher: Cipher;
  readonly #progress = new Progress();
  /** What was computed and did not fit; the application asks again with more room. */
  #kept: Buffer | undefined;
  #isSpent = false;

  constructor(cipher: Cipher) {
    this.#cipher = cipher;
  }

  /** Whether nothing was left to deliver, and whether it was meant to be taken is not known. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  atOnce(text: Buffer, room: number | null): Promise<Output> {
    this.#progress.atOnce();
    return this.#finish(text, room);
  }

  async update(part: Buffer, room: number | null): Promise<Output> {
    this.#progress.inParts();
    const bytes = this.#cipher.updateBytes(part.length);
    // Who asks for a length comes again with the same part.
    return fits(bytes, room) ? bufferOf(await this.#cipher.update(part)) : { lengthOnly: bytes };
  }

  final(room: number | null): Promise<Output> {
    this.#progress.inParts();
    return this.#finish(Buffer.alloc(0), room);
  }

  abandon(): void {
    this.#cipher.wipe();
    if (this.#kept !== undefined) releaseBytes(this.#kept);
  }

  async #finish(part: Buffer, room: number | null): Promise<Output> {
    if (this.#kept === undefined) {
      const most = this.#cipher.finishBytes(part.length);
      // Version 0 tells a buffer of no bytes as it tells none at all, so nothing is delivered to both.
      this.#isSpent = most === 0 && room === null;
      if (this.#isSpent) return Buffer.alloc(0);
      if (room === null || (this.#cipher.isExact && most > room)) return { lengthOnly: most };
      this.#kept = bufferOf(await this.#cipher.finish(part));
    }
    if (!fits(this.#kept.length, room)) return { lengthOnly: this.#kept.length };
    const finished = this.#kept;
    this.#kept = undefined;
    return finished;
  }
}
