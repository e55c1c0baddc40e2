import type { AuditListParams, AuditListResult, Checkpoint } from '../generated/types.ts';
import { type ReceiptReport, type VerifyReceiptOptions, verifyReceipt } from '../transparency/transparency.ts';
import type { Rpc } from './rpc.ts';

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
}
