import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { ActiveOperation } from '../session/active-operations.ts';
import { bufferOf, fits, type Output } from './output.ts';
import type { Signer } from './signer.ts';

/** C_MessageSignInit to C_MessageSignFinal: any number of messages with one key (PKCS#11 3.1 section 5.14). */
export class MessageSignOperation implements ActiveOperation {
  readonly #newSigner: () => Signer;
  /** Of a message that comes in parts. */
  #signer: Signer | undefined;

  constructor(newSigner: () => Signer) {
    this.#newSigner = newSigner;
  }

  async atOnce(message: Buffer, room: number | null): Promise<Output> {
    this.begin();
    try {
      return await this.last(message, room);
    } finally {
      this.abandon();
    }
  }

  /** @throws CryptokiRefusal CKR_OPERATION_ACTIVE when a message is under way */
  begin(): void {
    if (this.#signer !== undefined) throw new CryptokiRefusal(CKR.OPERATION_ACTIVE, 'a message is under way');
    this.#signer = this.#newSigner();
  }

  /** @throws CryptokiRefusal CKR_OPERATION_NOT_INITIALIZED when no message was begun */
  update(part: Buffer): void {
    this.#begun.update(part);
  }

  /** The last part. Where there is no room for the signature, it is not taken. */
  async last(part: Buffer, room: number | null): Promise<Output> {
    const signer = this.#begun;
    if (!fits(signer.signatureBytes, room)) return { lengthOnly: signer.signatureBytes };
    signer.update(part);
    const signature = bufferOf(await signer.sign());
    this.abandon();
    return signature;
  }

  /** Drops the message; the next one may begin. */
  abandon(): void {
    this.#signer?.wipe();
    this.#signer = undefined;
  }

  get #begun(): Signer {
    if (this.#signer !== undefined) return this.#signer;
    throw new CryptokiRefusal(CKR.OPERATION_NOT_INITIALIZED, 'no message was begun');
  }
}
