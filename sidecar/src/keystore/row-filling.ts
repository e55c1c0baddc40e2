import type { CopiedRow } from '../copied-rows.ts';
import type { KeyVersion } from '../generated/types.ts';
import { corruption } from './corruption.ts';
import type { Envelope } from './envelope.ts';
import { KeyRows } from './key-rows.ts';
import type { ReadRows } from './proven-rows.ts';
import { recordOf, type StoredRecord, versionBinding } from './record-encoding.ts';
import type { RowChanges } from './row-change.ts';
import { kindOf } from './row-kinds.ts';
import { systemBinding } from './system-secret.ts';

/** What is to become of the keys that come from another store. */
export interface FillingRules {
  /** Whether a version was destroyed since: its secret is not written. */
  readonly isDestroyed: (keyId: string, version: number) => boolean;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Writes rows that were copied from another store, with their secrets sealed anew. A key comes before its versions. */
export class RowFilling {
  readonly #keys: KeyRows;
  readonly #envelope: Envelope;
  readonly #rules: FillingRules;

  constructor(rows: ReadRows, envelope: Envelope, rules: FillingRules) {
    this.#keys = new KeyRows(rows);
    this.#envelope = envelope;
    this.#rules = rules;
  }

  put(changes: RowChanges, row: CopiedRow): void {
    const [kind, ...rest] = row.path.split('/');
    if (kind === 'key') this.#putKey(changes, row);
    else if (kind === 'version') this.#putVersion(changes, row, rest[0] ?? '', Number(rest[1]));
    else if (kind === 'system') this.#putSystem(changes, row, rest.join('/'));
    // When something is to be done to a key next is written with the key.
    else if (kindOf(row.path) !== 'due') changes.put(row.path, row.value);
  }

  #putKey(changes: RowChanges, { value }: CopiedRow): void {
    const { versions, ...record } = recordOf(jsonOf<StoredRecord>(value));
    const [first, ...others] = versions.map((version) => this.#versionOf(record.id, version));
    this.#keys.putRecord(changes, { ...record, versions: [first as KeyVersion, ...others] });
  }

  /** A certificate is a record of the log that the store left behind. */
  #versionOf(keyId: string, { destruction: _, ...version }: KeyVersion): KeyVersion {
    if (version.state === 'destroyed' || !this.#rules.isDestroyed(keyId, version.version)) return version;
    const { destroyAt: _destroyAt, stateBefore: _stateBefore, ...kept } = version;
    return { ...kept, state: 'destroyed', since: this.#rules.nowMs, reason: 'destroyed after the backup' };
  }

  #putVersion(changes: RowChanges, { value, secret }: CopiedRow, id: string, number: number): void {
    const record = this.#keys.find(id);
    const version = record?.versions.find((candidate) => candidate.version === number);
    if (record === undefined || version === undefined || secret === undefined) throw orphan();
    if (version.state === 'destroyed') return;
    const { format } = jsonOf<{ format: string }>(value);
    const sealed = this.#envelope.seal(secret, versionBinding(record, version, format));
    this.#keys.putVersion(changes, id, number, { format, sealed });
  }

  #putSystem(changes: RowChanges, { value, secret }: CopiedRow, name: string): void {
    if (secret === undefined) throw orphan();
    const { createdAt } = jsonOf<{ createdAt: number }>(value);
    const sealed = this.#envelope.seal(secret, systemBinding(name, createdAt));
    this.#keys.putSystem(changes, name, { createdAt, sealed });
  }
}

function orphan() {
  return corruption('a copied secret belongs to no key');
}

function jsonOf<Stored>(value: Buffer): Stored {
  return JSON.parse(value.toString('utf8')) as Stored;
}
