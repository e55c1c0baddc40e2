import type { CopiedRow, StoreCopy } from '../copied-rows.ts';
import { SidecarError } from '../errors.ts';
import type { KeyRecord, KeyVersion } from '../generated/types.ts';
import type { Secret } from '../secret.ts';
import type { AuthenticatedRows } from './authenticated-rows.ts';
import type {
  ChangeRequest,
  DueKey,
  KeyQuery,
  KeyRename,
  Keystore,
  NewKey,
  NewKeyVersion,
  ReviseRecord,
  StateMark,
  UnsealedVersion,
} from './contract.ts';
import { DocumentRows } from './documents.ts';
import type { Envelope } from './envelope.ts';
import { type ScanFinding, scanFiles } from './file-scan.ts';
import type { GenerationStatus } from './generations.ts';
import { KeyChange } from './key-change.ts';
import { KeyLists } from './key-lists.ts';
import { versionOf } from './key-moves.ts';
import { KeyRows } from './key-rows.ts';
import { versionBinding } from './record-encoding.ts';
import { RowCopy } from './row-copy.ts';
import { type FillingRules, RowFilling } from './row-filling.ts';
import { checkStore } from './store-check.ts';
import { openSystemSecret, sealSystemSecret } from './system-secret.ts';
import type { Turnover } from './turnover.ts';
import type { UsageRows } from './usage-rows.ts';

export interface RowKeystoreParts {
  readonly rows: AuthenticatedRows;
  readonly envelope: Envelope;
  readonly turnover: Turnover;
  readonly usage: UsageRows;
  /** Paths of what the database consists of. */
  readonly files: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The keystore over authenticated rows: what each operation reads and writes. */
export class RowKeystore implements Keystore {
  readonly documents: DocumentRows;
  readonly usage: UsageRows;
  readonly #rows: AuthenticatedRows;
  readonly #keys: KeyRows;
  readonly #lists: KeyLists;
  readonly #envelope: Envelope;
  readonly #turnover: Turnover;
  readonly #files: readonly string[];
  readonly #now: () => number;

  constructor({ rows, envelope, turnover, usage, files, now }: RowKeystoreParts) {
    this.usage = usage;
    this.#rows = rows;
    this.#turnover = turnover;
    this.#files = files;
    this.documents = new DocumentRows(rows);
    this.#keys = new KeyRows(rows);
    this.#lists = new KeyLists(rows);
    this.#envelope = envelope;
    this.#now = now;
  }

  async create(key: NewKey): Promise<KeyRecord> {
    return await this.#change((change) => change.create(key));
  }

  async rename({ nameOrId, newName, ...request }: KeyRename): Promise<KeyRecord> {
    return await this.revise(nameOrId, (before) => ({ ...before, name: newName }), request);
  }

  async revise(nameOrId: string, revise: ReviseRecord, request?: ChangeRequest): Promise<KeyRecord> {
    return await this.#change((change) => change.revise(nameOrId, revise, request));
  }

  async addVersion(added: NewKeyVersion, request?: ChangeRequest): Promise<KeyRecord> {
    return await this.#change((change) => change.addVersion(added, request));
  }

  async due(timeMs: number, limit: number, after?: DueKey): Promise<DueKey[]> {
    return this.#lists.due(timeMs, limit, after);
  }

  async outcome(principal: string, requestId: string, requestDigest: string): Promise<KeyRecord | undefined> {
    return this.#keys.outcome({ principal, requestId, requestDigest });
  }

  async get(nameOrId: string): Promise<KeyRecord | undefined> {
    return this.#keys.find(nameOrId);
  }

  async list(query: KeyQuery): Promise<KeyRecord[]> {
    return this.#lists.list(query);
  }

  async unseal(id: string, version: number): Promise<UnsealedVersion> {
    const record = this.#found(id);
    const entry = versionOf(record, version);
    if (entry.state === 'destroyed') throw new SidecarError('not_found', `version ${version} of ${id} is destroyed`);
    return this.#open(record, entry);
  }

  async sealedForms(id: string, version: number): Promise<readonly Buffer[]> {
    if (versionOf(this.#found(id), version).state === 'destroyed') return [];
    const { sealed } = this.#keys.version(id, version);
    return [Buffer.from(sealed.dek), Buffer.from(sealed.secret)];
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
    return this.#lists.count();
  }

  async root(): Promise<string> {
    return this.#rows.state.root;
  }

  async mark(): Promise<StateMark> {
    const { root, counter } = this.#rows.state;
    return { stateRoot: root, stateCounter: counter };
  }

  async holdsOnly(prefix: string): Promise<boolean> {
    return this.#lists.holdsOnly(prefix);
  }

  async verify(): Promise<{ rows: number; root: string }> {
    return await checkStore(this.#rows, this.#envelope);
  }

  async generation(): Promise<GenerationStatus> {
    return await this.#turnover.generation();
  }

  async beginGeneration(): Promise<number> {
    return await this.#turnover.beginGeneration();
  }

  async rewrapSome(limit: number): Promise<{ done: boolean; rewrapped: number }> {
    return await this.#turnover.rewrapSome(limit);
  }

  async changeRootKey(newRootKey: Secret): Promise<number> {
    return await this.#turnover.changeRootKey(newRootKey);
  }

  async scanFor(needles: readonly Buffer[]): Promise<ScanFinding[]> {
    return await scanFiles(this.#files, needles);
  }

  copy(isWithheld: (path: string) => boolean): StoreCopy {
    return new RowCopy(this.#rows.snapshot(), this.#envelope, isWithheld);
  }

  fill(rows: readonly CopiedRow[], rules: FillingRules): void {
    this.#rows.change((changes) => {
      const filling = new RowFilling(changes, this.#envelope, rules);
      for (const row of rows) filling.put(changes, row);
    });
  }

  async close(): Promise<void> {
    this.#turnover.close();
    // What waits is still made, and sealed.
    this.#rows.close();
    this.#envelope.close();
  }

  #change(work: (change: KeyChange) => KeyRecord): Promise<KeyRecord> {
    return this.#rows.changeTogether((changes) => work(new KeyChange(changes, this.#envelope, this.#now())));
  }

  #found(nameOrId: string): KeyRecord {
    const record = this.#keys.find(nameOrId);
    if (record === undefined) throw new SidecarError('not_found', nameOrId);
    return record;
  }

  #open(record: KeyRecord, version: KeyVersion): UnsealedVersion {
    const { format, sealed } = this.#keys.version(record.id, version.version);
    const secret = this.#envelope.open(sealed, versionBinding(record, version, format));
    return { format, algorithm: version.algorithm, secret };
  }
}
