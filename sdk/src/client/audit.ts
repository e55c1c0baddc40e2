import type {
  AuditEraseParams,
  AuditEraseResult,
  AuditListParams,
  AuditListResult,
  AuditPruneParams,
  Checkpoint,
} from '../generated/types.ts';
import { type ReceiptReport, type VerifyReceiptOptions, verifyReceipt } from '../transparency/transparency.ts';
import { newRequestId, onceMore } from './key-records.ts';
import type { Repeatable } from './principals.ts';
import type { Rpc } from './rpc.ts';

/** Which records are pruned. */
export type PruneOptions = Repeatable & Pick<AuditPruneParams, 'before'>;

/** Which records lose their person. */
export type EraseOptions = Repeatable & Pick<AuditEraseParams, 'before'>;

/** The transparency log of the sidecar. What it says can be checked with `verifyLog`, without trusting it. */
export class Audit {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * A fresh signed checkpoint: size and root hash of the log, and the keys that verify it.
   *
   * @throws FerroHsmError `permission_denied`
   * @example const { note, size } = await hsm.audit.checkpoint();
   */
  async checkpoint(): Promise<Checkpoint> {
    const { checkpoint } = await this.#rpc.call('audit.checkpoint', {});
    return checkpoint;
  }

  /**
   * Records of the log, oldest first.
   *
   * @param options `start`: index of the first record, default 0; `limit`: at most so many, 1 to 1000, default 100
   * @returns the records with their indexes, and the size of the log
   * @throws FerroHsmError `permission_denied`, `invalid_params`
   * @example const { records, size } = await hsm.audit.list({ start: 100, limit: 50 });
   */
  async list(options: AuditListParams = {}): Promise<AuditListResult> {
    return this.#rpc.call('audit.list', options);
  }

  /**
   * The receipt of one record: a C2SP tlog-proof that says what was done and verifies offline.
   *
   * @param index leaf index, as `list` answers it
   * @throws FerroHsmError `permission_denied`, `not_found` for an index beyond the log
   * @example const receipt = await hsm.audit.receipt(41);
   */
  async receipt(index: number): Promise<string> {
    const { receipt } = await this.#rpc.call('audit.receipt', { index });
    return receipt;
  }

  /**
   * Verifies a receipt without asking the sidecar: the signatures of the log, and that its record is in the signed tree.
   *
   * @param options `keys`: verifier keys that were pinned before, or `policy`: a C2SP tlog-policy. Without them the keys
   *   that this connection was greeted with are trusted, which proves nothing against the sidecar itself
   * @example const { ok, record } = await hsm.audit.verifyReceipt(receipt, { keys: pinned });
   */
  verifyReceipt(
    receipt: string | Uint8Array,
    options: VerifyReceiptOptions = { keys: this.#rpc.hello.log.keys },
  ): Promise<ReceiptReport> {
    return verifyReceipt(receipt, options);
  }

  /**
   * Gives the log new keys, named by a record that the old and the new ones sign: whoever pinned the old ones follows it
   * with `verifyLog`. Needs the approval of other people.
   *
   * @returns the verifier keys from now on: Ed25519, then ML-DSA-44. `hello` of this connection still has the old ones
   * @throws FerroHsmError `permission_denied`
   * @example const keys = await hsm.with({ wait: true }).audit.rotateKeys();
   */
  async rotateKeys({ requestId = newRequestId() }: Repeatable = {}): Promise<string[]> {
    return (await onceMore(() => this.#rpc.call('audit.rotateKeys', { requestId }))).keys;
  }

  /**
   * Says how long records are kept at least; until it is said none is ever pruned. Needs the approval of other people.
   *
   * @param keepDays days, 1 to 36500
   * @throws FerroHsmError `permission_denied`, `invalid_params`
   * @example await hsm.with({ wait: true }).audit.setRetention(365);
   */
  async setRetention(keepDays: number, { requestId = newRequestId() }: Repeatable = {}): Promise<void> {
    await onceMore(() => this.#rpc.call('audit.setRetention', { keepDays, requestId }));
  }

  /**
   * Removes the records that are older than the retention, for good and by whole bundles of 256; proofs of the others
   * still verify. Needs the approval of other people.
   *
   * @param options `before`: only records below this leaf index
   * @returns the lowest index that is left
   * @throws FerroHsmError `retention_missing`, `permission_denied`
   * @example const minimumIndex = await hsm.with({ wait: true }).audit.prune();
   */
  async prune(options: PruneOptions = {}): Promise<number> {
    const params = { requestId: newRequestId(), ...options };
    return (await onceMore(() => this.#rpc.call('audit.prune', params))).minimumIndex;
  }

  /**
   * Erases who did it from the records about one person, for good; the log still verifies. Needs the approval of other
   * people.
   *
   * @param options `before`: milliseconds since 1970, only records of before
   * @returns `erased`: how many records that were; `endIndex`: those from there on are too new, they are still in the
   *   journal of the log
   * @throws FerroHsmError `permission_denied`
   * @example const { erased, endIndex } = await hsm.with({ wait: true }).audit.erase('bob');
   */
  async erase(principal: string, options: EraseOptions = {}): Promise<AuditEraseResult> {
    const params = { principal, requestId: newRequestId(), ...options };
    return onceMore(() => this.#rpc.call('audit.erase', params));
  }
}
