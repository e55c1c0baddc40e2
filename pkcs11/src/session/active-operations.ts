import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';

/** An operation that a C_...Init has begun and that has not ended. */
export interface ActiveOperation {
  /** Whether all of its output was delivered, though it may be asked once more: the next one may begin. */
  readonly isSpent?: boolean | undefined;
  /** Wipes what it holds. */
  abandon(): void;
}

/** What a session has under way (PKCS#11 3.1 section 5.6), at most one of a kind: 'sign', 'encrypt', 'message-sign' ... */
export class ActiveOperations<Kinds extends { [Kind in keyof Kinds]: ActiveOperation }> {
  readonly #active = new Map<keyof Kinds, ActiveOperation>();

  /** @throws CryptokiRefusal CKR_OPERATION_ACTIVE */
  requireNone(kind: keyof Kinds): void {
    const active = this.#active.get(kind);
    if (active === undefined || active.isSpent === true) return;
    throw new CryptokiRefusal(CKR.OPERATION_ACTIVE, `${String(kind)} is under way`);
  }

  /** @throws CryptokiRefusal CKR_OPERATION_ACTIVE */
  begin<Kind extends keyof Kinds>(kind: Kind, operation: Kinds[Kind]): void {
    this.requireNone(kind);
    this.end(kind);
    this.#active.set(kind, operation);
  }

  /** @throws CryptokiRefusal CKR_OPERATION_NOT_INITIALIZED */
  get<Kind extends keyof Kinds>(kind: Kind): Kinds[Kind] {
    const operation = this.#active.get(kind);
    if (operation !== undefined) return operation as Kinds[Kind];
    throw new CryptokiRefusal(CKR.OPERATION_NOT_INITIALIZED, `no ${String(kind)} was begun`);
  }

  /** Ends an operation where there is one. */
  end(kind: keyof Kinds): void {
    this.#active.get(kind)?.abandon();
    this.#active.delete(kind);
  }

  endAll(): void {
    for (const kind of [...this.#active.keys()]) this.end(kind);
  }
}
