import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';

/**
 * Whether an operation takes its text at once (C_Sign) or in parts (C_SignUpdate, C_SignFinal): what was begun one way,
 * be it by asking for a length, does not end the other way (PKCS#11 3.1 section 5.2).
 */
export class Progress {
  #mode: 'at once' | 'in parts' | undefined;

  /** @throws CryptokiRefusal CKR_OPERATION_ACTIVE */
  atOnce(): void {
    this.#enter('at once');
  }

  /** @throws CryptokiRefusal CKR_OPERATION_ACTIVE */
  inParts(): void {
    this.#enter('in parts');
  }

  #enter(mode: 'at once' | 'in parts'): void {
    this.#mode ??= mode;
    if (this.#mode === mode) return;
    throw new CryptokiRefusal(CKR.OPERATION_ACTIVE, `the operation was begun ${this.#mode}`);
  }
}
