import type { ActiveOperation } from '../session/active-operations.ts';
import { bufferOf, fits, type Output } from './output.ts';
import { Progress } from './progress.ts';
import type { Signer } from './signer.ts';

/** C_SignInit to C_Sign or C_SignFinal. */
export class SignOperation implements ActiveOperation {
  readonly #signer: Signer;
  readonly #progress = new Progress();

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  async atOnce(message: Buffer, room: number | null): Promise<Output> {
    this.#progress.atOnce();
    if (!this.#hasRoom(room)) return this.#length;
    this.#signer.update(message);
    return bufferOf(await this.#signer.sign());
  }

  update(part: Buffer): void {
    this.#progress.inParts();
    this.#signer.update(part);
  }

  async final(room: number | null): Promise<Output> {
    this.#progress.inParts();
    return this.#hasRoom(room) ? bufferOf(await this.#signer.sign()) : this.#length;
  }

  abandon(): void {
    this.#signer.wipe();
  }

  #hasRoom(room: number | null): boolean {
    return fits(this.#signer.signatureBytes, room);
  }

  get #length(): Output {
    return { lengthOnly: this.#signer.signatureBytes };
  }
}
