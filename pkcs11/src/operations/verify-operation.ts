import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { ActiveOperation } from '../session/active-operations.ts';
import { Progress } from './progress.ts';
import type { Verifier } from './signer.ts';

/** C_VerifyInit to C_Verify or C_VerifyFinal. */
export class VerifyOperation implements ActiveOperation {
  readonly #verifier: Verifier;
  readonly #progress = new Progress();

  constructor(verifier: Verifier) {
    this.#verifier = verifier;
  }

  /** @throws CryptokiRefusal CKR_SIGNATURE_INVALID, CKR_SIGNATURE_LEN_RANGE */
  async atOnce(message: Buffer, signature: Buffer): Promise<void> {
    this.#progress.atOnce();
    this.#verifier.update(message);
    await this.#requireValid(signature);
  }

  update(part: Buffer): void {
    this.#progress.inParts();
    this.#verifier.update(part);
  }

  /** @throws CryptokiRefusal CKR_SIGNATURE_INVALID, CKR_SIGNATURE_LEN_RANGE */
  async final(signature: Buffer): Promise<void> {
    this.#progress.inParts();
    await this.#requireValid(signature);
  }

  abandon(): void {
    this.#verifier.wipe();
  }

  async #requireValid(signature: Buffer): Promise<void> {
    const { signatureBytes } = this.#verifier;
    if (signature.length !== signatureBytes) {
      throw new CryptokiRefusal(
        CKR.SIGNATURE_LEN_RANGE,
        `a signature of ${signature.length} bytes instead of ${signatureBytes}`,
      );
    }
    if (await this.#verifier.isValid(signature)) return;
    throw new CryptokiRefusal(CKR.SIGNATURE_INVALID, 'the signature does not verify');
  }
}
