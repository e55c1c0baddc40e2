import { SidecarError } from '../errors.ts';
import type { KeyRecord } from '../generated/types.ts';
import { type Canonical, canonicalBytes } from './canonical-json.ts';
import type { ChangeRequest, DueKey } from './contract.ts';
import { corruption } from './corruption.ts';
import type { SealedSecret } from './envelope.ts';
import { dueAt } from './key-due.ts';
import { termsOf } from './key-terms.ts';
import type { ReadRows } from './proven-rows.ts';
import { canonicalRecord, recordOf, type StoredRecord } from './record-encoding.ts';
import type { RowChanges } from './row-change.ts';
import type { StoredSystemSecret } from './system-secret.ts';

/** The secret of one version at rest. */
export interface StoredVersion {
  readonly format: string;
  readonly sealed: SealedSecret;
}

interface StoredOutcome {
  readonly digest: string;
  readonly record: StoredRecord;
}

/** Where each kind of row lies. Only the last part of a path may hold a slash. */
export const paths = Object.freeze({
  key: (id: string) => `key/${id}`,
  name: (name: string) => `name/${name}`,
  version: (id: string, version: number) => `version/${id}/${version}`,
  outcome: (request: ChangeRequest) => `outcome/${encodeURIComponent(request.requestId)}/${request.principal}`,
  system: (name: string) => `system/${name}`,
  due: (timeMs: number, id: string) => `due/${String(timeMs).padStart(16, '0')}/${id}`,
});

/**
 * What the path of a due row says.
 *
 * @throws SidecarError `keystore_corrupt`: nobody could go on behind a row without a time
 */
export function dueKeyAt(path: string): DueKey {
  const [, dueAtMs, id = ''] = /^due\/(\d{16})\/(.+)$/.exec(path) ?? [];
  if (dueAtMs === undefined) throw corruption('a due row has no time');
  return { id, dueAt: Number(dueAtMs) };
}

/** Whether the text has the form of a key's id; no name may, or it could shadow another key. */
export function isKeyId(text: string): boolean {
  return /^key_[A-Za-z0-9_-]{22}$/.test(text);
}

/** Reads and writes the rows of keys in their stored encodings. */
export class KeyRows {
  readonly #rows: ReadRows;

  constructor(rows: ReadRows) {
    this.#rows = rows;
  }

  find(nameOrId: string): KeyRecord | undefined {
    if (isKeyId(nameOrId)) return this.#record(nameOrId);
    const id = this.#rows.read(paths.name(nameOrId))?.toString('utf8');
    if (id === undefined) return undefined;
    const record = this.#record(id);
    if (record?.name !== nameOrId) throw corruption('a name leads to another key');
    return record;
  }

  /** @throws SidecarError `keystore_corrupt` when the row of a version that the key has is missing */
  version(id: string, version: number): StoredVersion {
    const stored = this.#json<StoredVersion>(paths.version(id, version));
    if (stored === undefined) throw corruption('the secret of a key version is missing');
    return stored;
  }

  outcome(request: ChangeRequest): KeyRecord | undefined {
    const stored = this.#json<StoredOutcome>(paths.outcome(request));
    if (stored === undefined) return undefined;
    if (stored.digest !== request.requestDigest) throw new SidecarError('request_conflict', request.requestId);
    return recordOf(stored.record);
  }

  system(name: string): StoredSystemSecret | undefined {
    return this.#json<StoredSystemSecret>(paths.system(name));
  }

  /** A new record, with what it is found by. */
  putRecord(changes: RowChanges, record: KeyRecord): void {
    changes.put(paths.key(record.id), canonicalBytes(canonicalRecord(record)));
    const due = dueAt(record);
    if (due !== undefined) changes.put(paths.due(due, record.id), Buffer.alloc(0));
    for (const term of termsOf(record)) changes.index({ term, name: record.name, isThere: true });
  }

  replaceRecord(changes: RowChanges, before: KeyRecord, after: KeyRecord): void {
    const due = dueAt(before);
    if (due !== undefined && due !== dueAt(after)) changes.delete(paths.due(due, before.id));
    for (const term of termsOf(before)) changes.index({ term, name: before.name, isThere: false });
    if (after.name !== before.name) {
      changes.delete(paths.name(before.name));
      this.putName(changes, after);
    }
    this.putRecord(changes, after);
  }

  putName(changes: RowChanges, record: KeyRecord): void {
    changes.put(paths.name(record.name), Buffer.from(record.id, 'utf8'));
  }

  putVersion(changes: RowChanges, id: string, version: number, { format, sealed }: StoredVersion): void {
    changes.put(paths.version(id, version), canonicalBytes({ format, sealed: canonicalSealed(sealed) }));
  }

  removeVersion(changes: RowChanges, id: string, version: number): void {
    changes.delete(paths.version(id, version));
  }

  putOutcome(changes: RowChanges, request: ChangeRequest, record: KeyRecord): void {
    const outcome = { digest: request.requestDigest, record: canonicalRecord(record) };
    changes.put(paths.outcome(request), canonicalBytes(outcome));
  }

  putSystem(changes: RowChanges, name: string, { createdAt, sealed }: StoredSystemSecret): void {
    changes.put(paths.system(name), canonicalBytes({ createdAt, sealed: canonicalSealed(sealed) }));
  }

  #record(id: string): KeyRecord | undefined {
    return recordIn(this.#rows.read(paths.key(id)));
  }

  #json<Stored>(path: string): Stored | undefined {
    return jsonIn<Stored>(this.#rows.read(path));
  }
}

/** The record in the row of a key. */
export function recordIn(row: Buffer | undefined): KeyRecord | undefined {
  const stored = jsonIn<StoredRecord>(row);
  return stored && recordOf(stored);
}

/** The row's JSON; its shape is ours because its bytes are proven. */
function jsonIn<Stored>(row: Buffer | undefined): Stored | undefined {
  return row && JSON.parse(row.toString('utf8'));
}

function canonicalSealed({ generation, dek, secret }: SealedSecret): Canonical {
  return { generation, dek, secret };
}
