import { randomBytes } from 'node:crypto';
import { SidecarError } from '../errors.ts';
import type { KeyRecord, KeyVersion } from '../generated/types.ts';
import type { Secret } from '../secret.ts';
import type { AuthenticatedRows } from './authenticated-rows.ts';
import type { KeyQuery, KeyRename, Keystore, NewKey, StateMark, UnsealedVersion } from './contract.ts';
import { corruption } from './corruption.ts';
import { DocumentRows } from './documents.ts';
import type { Envelope } from './envelope.ts';
import { isKeyId, KeyRows } from './key-rows.ts';
import { versionBinding } from './record-encoding.ts';
import { openSystemSecret, sealSystemSecret } from './system-secret.ts';

/** The keystore over authenticated rows: what each operation reads and writes. */
export class RowKeystore implements Keystore {
  readonly documents: DocumentRows;
  readonly #rows: AuthenticatedRows;
  readonly #keys: KeyRows;
  readonly #envelope: Envelope;
  readonly #now: () => number;

  constructor(rows: AuthenticatedRows, envelope: Envelope, now: () => number) {
    this.#rows = rows;
    this.documents = new DocumentRows(rows);
    this.#keys = new KeyRows(rows);
    this.#envelope = envelope;
    this.#now = now;
  }

  async create(key: NewKey): Promise<KeyRecord> {
    const made = this.#keys.outcome(key);
    if (made !== undefined) return made;
    key.requireCurrent?.();
    this.#refuseTakenName(key.name);
    const record = newRecord(key, this.#now());
    const version = record.versions[0];
    const sealed = this.#envelope.seal(key.secret, versionBinding(record, version, key.format));
    this.#rows.change((changes) => {
      this.#keys.putRecord(changes, record);
      this.#keys.putName(changes, record);
      this.#keys.putVersion(changes, record.id, version.version, { format: key.format, sealed });
      this.#keys.putOutcome(changes, key, record);
    });
    return record;
  }

  async rename(change: KeyRename): Promise<KeyRecord> {
    const made = this.#keys.outcome(change);
    if (made !== undefined) return made;
    change.requireCurrent?.();
    const before = this.#found(change.nameOrId);
    this.#refuseTakenName(change.newName);
    const after = { ...before, name: change.newName, updatedAt: this.#now(), revision: before.revision + 1 };
    this.#rows.change((changes) => {
      this.#keys.removeName(changes, before);
      this.#keys.putName(changes, after);
      this.#keys.putRecord(changes, after);
      for (const version of after.versions) {
        const stored = this.#keys.version(after.id, version.version);
        const from = versionBinding(before, version, stored.format);
        const to = versionBinding(after, version, stored.format);
        const sealed = this.#envelope.rewrap(stored.sealed, from, to);
        this.#keys.putVersion(changes, after.id, version.version, { ...stored, sealed });
      }
      this.#keys.putOutcome(changes, change, after);
    });
    return after;
  }

  async outcome(principal: string, requestId: string, requestDigest: string): Promise<KeyRecord | undefined> {
    return this.#keys.outcome({ principal, requestId, requestDigest });
  }

  async get(nameOrId: string): Promise<KeyRecord | undefined> {
    return this.#keys.find(nameOrId);
  }

  async list(query: KeyQuery): Promise<KeyRecord[]> {
    return this.#keys.list(query);
  }

  async unseal(id: string, version: number): Promise<UnsealedVersion> {
    const record = this.#found(id);
    const entry = record.versions.find((candidate) => candidate.version === version);
    if (entry === undefined) throw new SidecarError('not_found', `${id}/${version}`);
    return this.#open(record, entry);
  }

  async systemSecret(name: string, generate: () => Secret): Promise<Secret> {
    const stored = this.#keys.system(name);
    if (stored !== undefined) return openSystemSecret(this.#envelope, name, stored);
    const secret = generate();
    try {
      const sealed = sealSystemSecret(this.#envelope, name, secret, this.#now());
      this.#rows.change((changes) => this.#keys.putSystem(changes, name, sealed));
      return secret;
    } catch (error) {
      secret.dispose();
      throw error;
    }
  }

  async count(): Promise<number> {
    return this.#keys.count();
  }

  async root(): Promise<string> {
    return this.#rows.state.root;
  }

  async mark(): Promise<StateMark> {
    const { root, counter } = this.#rows.state;
    return { stateRoot: root, stateCounter: counter };
  }

  async holdsOnly(prefix: string): Promise<boolean> {
    return this.#keys.holdsOnly(prefix);
  }

  async verify(): Promise<{ rows: number; root: string }> {
    const checks: Readonly<Record<string, (subject: string) => void>> = {
      key: (id) => this.#verifyKey(id),
      name: (name) => this.#found(name),
      system: (name) => this.#verifySystem(name),
    };
    return this.#rows.verify((path) => {
      const slash = path.indexOf('/');
      checks[path.slice(0, slash)]?.(path.slice(slash + 1));
    });
  }

  async close(): Promise<void> {
    this.#envelope.close();
    this.#rows.close();
  }

  #found(nameOrId: string): KeyRecord {
    const record = this.#keys.find(nameOrId);
    if (record === undefined) throw new SidecarError('not_found', nameOrId);
    return record;
  }

  #refuseTakenName(name: string): void {
    if (isKeyId(name)) throw new SidecarError('invalid_params', `${name} looks like the id of a key`);
    if (this.#keys.find(name) !== undefined) throw new SidecarError('already_exists', name);
  }

  #open(record: KeyRecord, version: KeyVersion): UnsealedVersion {
    const { format, sealed } = this.#keys.version(record.id, version.version);
    const secret = this.#envelope.open(sealed, versionBinding(record, version, format));
    return { format, algorithm: version.algorithm, secret };
  }

  #verifyKey(id: string): void {
    const record = this.#found(id);
    if (this.#keys.find(record.name)?.id !== id) throw corruption('a key is not found by its name');
    for (const version of record.versions) this.#open(record, version).secret.dispose();
  }

  #verifySystem(name: string): void {
    const stored = this.#keys.system(name);
    if (stored === undefined) throw corruption('a system secret vanished');
    openSystemSecret(this.#envelope, name, stored).dispose();
  }
}

function newRecord(key: NewKey, now: number): KeyRecord {
  return {
    id: `key_${randomBytes(16).toString('base64url')}`,
    name: key.name,
    owner: key.owner,
    type: key.type,
    extractable: false,
    usages: [...key.usages],
    labels: { ...key.labels },
    createdAt: now,
    updatedAt: now,
    revision: 1,
    versions: [
      {
        version: 1,
        state: 'active',
        algorithm: { ...key.algorithm },
        createdAt: now,
        ...(key.publicKey && { publicKey: key.publicKey }),
      },
    ],
  };
}
