import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { ActiveOperation } from '../session/active-operations.ts';
import type { Verifier } from './signer.ts';
import { VerifyOperation } from './verify-operation.ts';

/** C_MessageVerifyInit to C_MessageVerifyFinal: signatures of any number of messages (PKCS#11 3.1 section 5.16). */
export class MessageVerifyOperation implements ActiveOperation {
  readonly #newVerifier: () => Verifier;
  /** Of a message that comes in parts. */
  #message: VerifyOperation | undefined;

  constructor(newVerifier: () => Verifier) {
    this.#newVerifier = newVerifier;
  }

  /** @throws CryptokiRefusal as {@link VerifyOperation} */
  async atOnce(message: Buffer, signature: Buffer): Promise<void> {
    this.begin();
    await this.last(message, signature);
  }

  /** @throws CryptokiRefusal CKR_OPERATION_ACTIVE when a message is under way */
  begin(): void {
    if (this.#message !== undefined) throw new CryptokiRefusal(CKR.OPERATION_ACTIVE, 'a message is under way');
    this.#message = new VerifyOperation(this.#newVerifier());
  }

  /** @throws CryptokiRefusal CKR_OPERATION_NOT_INITIALIZED when no message was begun */
  update(part: Buffer): void {
    this.#begun.update(part);
  }

  /** @throws CryptokiRefusal as {@link VerifyOperation} */
  async last(part: Buffer, signature: Buffer): Promise<void> {
    const message = this.#begun;
    message.update(part);
    try {
      await message.final(signature);
    } finally {
      this.abandon();
    }
  }

  /** Drops the message; the next one may begin. */
  abandon(): void {
    this.#message?.abandon();
    this.#message = undefined;
  }

  get #begun(): VerifyOperation {
    if (this.#message !== undefined) return this.#message;
    throw new CryptokiRefusal(CKR.OPERATION_NOT_INITIALIZED, 'no message was begun');
  }
}
