import { SidecarError } from '../errors.ts';
import type { KeyRecord, KeyVersion } from '../generated/types.ts';
import type { ChangeRequest, NewKey, NewKeyVersion, ReviseRecord } from './contract.ts';
import type { Envelope } from './envelope.ts';
import { endVersions, versionOf } from './key-moves.ts';
import { isKeyId, KeyRows } from './key-rows.ts';
import { newRecord, withVersion } from './new-record.ts';
import { versionBinding } from './record-encoding.ts';
import type { RowChanges } from './row-change.ts';

/** What becomes of one key, within one change of the rows. */
export class KeyChange {
  readonly #changes: RowChanges;
  readonly #keys: KeyRows;
  readonly #envelope: Envelope;
  readonly #now: number;

  /** @param now milliseconds since 1970 */
  constructor(changes: RowChanges, envelope: Envelope, now: number) {
    this.#changes = changes;
    this.#keys = new KeyRows(changes);
    this.#envelope = envelope;
    this.#now = now;
  }

  create(key: NewKey): KeyRecord {
    return this.#once(key, () => {
      this.#refuseTakenName(key.name);
      const record = newRecord(key, this.#now);
      this.#keys.putRecord(this.#changes, record);
      this.#keys.putName(this.#changes, record);
      this.#seal(record, record.versions[0], key);
      return record;
    });
  }

  revise(nameOrId: string, revise: ReviseRecord, request?: ChangeRequest): KeyRecord {
    return this.#once(request, () => this.#revised(nameOrId, revise));
  }

  addVersion(added: NewKeyVersion, request?: ChangeRequest): KeyRecord {
    return this.#once(request, () => {
      const record = this.#revised(added.nameOrId, (before, now) => withVersion(before, added, now));
      this.#seal(record, record.versions.at(-1) as KeyVersion, added);
      return record;
    });
  }

  /** A request that was already answered is answered the same. */
  #once(request: ChangeRequest | undefined, change: () => KeyRecord): KeyRecord {
    const made = request && this.#keys.outcome(request);
    if (made !== undefined) return made;
    request?.requireCurrent?.();
    const record = change();
    if (request !== undefined) this.#keys.putOutcome(this.#changes, request, record);
    return record;
  }

  #revised(nameOrId: string, revise: ReviseRecord): KeyRecord {
    const before = this.#keys.find(nameOrId);
    if (before === undefined) throw new SidecarError('not_found', nameOrId);
    const now = this.#now;
    // What has come to its end by time counts as ended in every change, whether or not that was written down.
    const after = { ...revise(endVersions(before, now), now), updatedAt: now, revision: before.revision + 1 };
    if (after.name !== before.name) this.#refuseTakenName(after.name);
    this.#keys.replaceRecord(this.#changes, before, after);
    for (const version of before.versions) this.#rebind(before, after, version);
    return after;
  }

  #seal(record: KeyRecord, version: KeyVersion, { format, secret }: Pick<NewKey, 'format' | 'secret'>): void {
    const sealed = this.#envelope.seal(secret, versionBinding(record, version, format));
    this.#keys.putVersion(this.#changes, record.id, version.version, { format, sealed });
  }

  /** A seal holds for the record that it was made with; a destroyed version has no secret any more. */
  #rebind(before: KeyRecord, after: KeyRecord, earlier: KeyVersion): void {
    const version = versionOf(after, earlier.version);
    if (earlier.state === 'destroyed') return;
    if (version.state === 'destroyed') {
      this.#keys.removeVersion(this.#changes, after.id, version.version);
      return;
    }
    const stored = this.#keys.version(after.id, version.version);
    const from = versionBinding(before, earlier, stored.format);
    const to = versionBinding(after, version, stored.format);
    const sealed = this.#envelope.rewrap(stored.sealed, from, to);
    this.#keys.putVersion(this.#changes, after.id, version.version, { ...stored, sealed });
  }

  #refuseTakenName(name: string): void {
    if (isKeyId(name)) throw new SidecarError('invalid_params', `${name} looks like the id of a key`);
    if (this.#keys.find(name) !== undefined) throw new SidecarError('already_exists', name);
  }
}
