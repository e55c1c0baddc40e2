import type { Backup, BackupRecipient } from '../generated/types.ts';
import { newRequestId, onceMore } from './key-records.ts';
import type { Rpc } from './rpc.ts';

/** Backups of the whole sidecar, encrypted for somebody whose private key never is in it. */
export class Backups {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * Has the sidecar write one into its backup folder; needs the approval of other people.
   *
   * @param change `since`: id of an earlier one for the same recipient; then only what has changed since is written
   * @throws FerroHsmError `backup_unavailable`, `data_invalid` for a malformed public key
   * @example const { file, sha256 } = await hsm.with({ wait: true }).backups.create({ algorithm: 'MLKEM768-X25519', publicKey });
   */
  async create(
    recipient: BackupRecipient,
    { requestId = newRequestId(), ...change }: { readonly since?: string; readonly requestId?: string } = {},
  ): Promise<Backup> {
    return (await onceMore(() => this.#rpc.call('backup.create', { recipient, ...change, requestId }))).backup;
  }

  /**
   * Those that were written, the newest last.
   *
   * @example for (const { file, createdAt } of await hsm.backups.list()) console.log(file, new Date(createdAt));
   */
  async list(): Promise<Backup[]> {
    return (await this.#rpc.call('backup.list', {})).backups;
  }
}
