import { createHash, type Hash } from 'node:crypto';
import type { Mechanism } from '../mechanisms/mechanism.ts';
import type { ActiveOperation } from '../session/active-operations.ts';
import { fits, type Output } from './output.ts';
import { Progress } from './progress.ts';

/** C_DigestInit to C_Digest or C_DigestFinal. */
export class DigestOperation implements ActiveOperation {
  readonly #bytes: number;
  readonly #hash: Hash;
  readonly #progress = new Progress();

  constructor({ name, bytes }: NonNullable<Mechanism['digest']>) {
    this.#bytes = bytes;
    this.#hash = createHash(name);
  }

  atOnce(message: Buffer, room: number | null): Output {
    this.#progress.atOnce();
    if (!fits(this.#bytes, room)) return { lengthOnly: this.#bytes };
    return this.#hash.update(message).digest();
  }

  update(part: Buffer): void {
    this.#progress.inParts();
    this.#hash.update(part);
  }

  final(room: number | null): Output {
    this.#progress.inParts();
    return fits(this.#bytes, room) ? this.#hash.digest() : { lengthOnly: this.#bytes };
  }

  abandon(): void {
    // node:crypto wipes the state of a hash that it frees.
  }
}
