import type { Recover } from '../mechanisms/mechanism.ts';
import type { ActiveOperation } from '../session/active-operations.ts';
import { fits, type Output } from './output.ts';

/** C_VerifyRecoverInit to C_VerifyRecover. */
export class VerifyRecoverOperation implements ActiveOperation {
  readonly #recover: Recover;

  constructor(recover: Recover) {
    this.#recover = recover;
  }

  recover(signature: Buffer, room: number | null): Output {
    const recovered = this.#recover(signature);
    return fits(recovered.length, room) ? recovered : { lengthOnly: recovered.length };
  }

  abandon(): void {
    // A public key alone.
  }
}
