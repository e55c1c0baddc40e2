import { SidecarError } from '../errors.ts';
import { ChangeQueue } from './change-queue.ts';
import { corruption } from './corruption.ts';
import { MerkleTree } from './merkle-tree.ts';
import { PendingNodes } from './pending-nodes.ts';
import { type ProvenRows, pathHash, type ReadRows, readAllProven, readProven, valueHash } from './proven-rows.ts';
import { RowChange, type RowChanges } from './row-change.ts';
import { Snapshot } from './snapshot.ts';
import {
  LostWrite,
  type NameRange,
  type RowStorage,
  type StoredState,
  type StoredUsage,
} from './storage/row-storage.ts';
import type { StateSeal, StoreState } from './store-state.ts';

export interface AuthenticatedRowsParts {
  readonly storage: RowStorage;
  readonly seal: StateSeal;
  /** What lies in the storage, and what it says. */
  readonly stored: StoredState;
  readonly state: StoreState;
  /** Called once when nobody knows any more what the storage holds. */
  readonly onStopped: (error: SidecarError) => void;
  /** Hears how long each durable write took, in milliseconds. */
  readonly onCommit: (durationMs: number) => void;
}

/** Two megabytes at most. */
const keptLevels = 4;

/** What a write does beside its rows. */
interface Writing {
  /** Changes that it is made of. */
  readonly changes?: number;
  readonly alter?: (state: StoreState) => StoreState;
  readonly seal?: StateSeal;
  readonly clearsEarlier?: boolean;
}

/**
 * Rows by path (`kind/...`), each proved against the authenticated tree when it is read; a row's absence is proved
 * as well. The root of the process's own last change is the truth, whatever the storage says.
 */
export class AuthenticatedRows implements ProvenRows {
  readonly #storage: RowStorage;
  readonly #nodes: PendingNodes;
  readonly #queue: ChangeQueue;
  readonly #onStopped: (error: SidecarError) => void;
  readonly #onCommit: (durationMs: number) => void;
  #seal: StateSeal;
  #stored: StoredState;
  #state: StoreState;
  #tree: MerkleTree;
  #outsideVersion: unknown;
  /** Why nothing is answered any more. */
  #ended: SidecarError | undefined;

  constructor({ storage, seal, stored, state, onStopped, onCommit }: AuthenticatedRowsParts) {
    this.#storage = storage;
    this.#seal = seal;
    this.#stored = stored;
    this.#state = state;
    this.#onStopped = onStopped;
    this.#onCommit = onCommit;
    this.#nodes = new PendingNodes((prefix) => storage.node(prefix));
    this.#tree = this.#treeOf(state);
    this.#queue = new ChangeQueue({
      look: () => this.#look(),
      write: (change, changes) => this.#write(change, { changes }),
    });
  }

  /** @throws SidecarError `keystore_unavailable` once nobody knows what the storage holds */
  get state(): StoreState {
    this.#assertRunning();
    return this.#state;
  }

  read(path: string): Buffer | undefined {
    return this.#look().read(path);
  }

  readAll(paths: readonly string[]): (Buffer | undefined)[] {
    this.#assertRunning();
    this.#noticeOutsideWrites();
    return readAllProven(this.#tree, this.#storage, paths);
  }

  pathsBetween(from: string, before: string, limit: number): string[] {
    this.#assertRunning();
    return this.#storage.pathsBetween(from, before, limit);
  }

  namesUnder(terms: readonly [string, ...string[]], range: NameRange): string[] {
    this.#assertRunning();
    return this.#storage.namesUnder(terms, range);
  }

  /** Up to `limit` paths of rows that lie where another generation sealed them. They are not proved. */
  pathsSealedBefore(limit: number): string[] {
    return this.#storage.sealedBefore(this.state.generation, limit);
  }

  /**
   * Runs `work` in one durable change; what it throws undoes everything.
   *
   * @param alter what else becomes of the state
   */
  change<T>(work: (changes: RowChanges) => T, alter?: (state: StoreState) => StoreState): T {
    this.#assertRunning();
    const change = new RowChange(this);
    const result = work(change);
    this.#write(change, alter === undefined ? {} : { alter });
    return result;
  }

  /** Runs `work` in the next turn of the event loop, with others that wait, in one durable change; see {@link ChangeQueue}. */
  async changeTogether<T>(work: (changes: RowChanges) => T): Promise<T> {
    this.#assertRunning();
    return await this.#queue.add(work);
  }

  /** Alters the state alone and seals it otherwise: that root key proves the store from now on. Takes the seal over. */
  changeSeal(seal: StateSeal, alter: (state: StoreState) => StoreState): void {
    const before = this.#seal;
    this.#write(new RowChange(this), { alter, seal });
    this.#seal = seal;
    before[Symbol.dispose]();
  }

  /** Alters the state alone and overwrites the last traces of the rows that earlier generations sealed. */
  clearSealedBefore(alter: (state: StoreState) => StoreState): void {
    this.#write(new RowChange(this), { alter, clearsEarlier: true });
  }

  usage(handle: string): StoredUsage | undefined {
    return this.#storage.usage(handle);
  }

  usageAfter(handle: string, limit: number): [handle: string, usage: StoredUsage][] {
    return this.#storage.usageAfter(handle, limit);
  }

  /** Durable as every change, and under the same rules when the storage fails. */
  saveUsage(entries: ReadonlyMap<string, StoredUsage>): void {
    this.#assertRunning();
    this.#guarded(() => this.#storage.saveUsage(entries));
  }

  /** Everything that was written comes to its final place, durably; false while somebody reads an earlier state. */
  settle(): boolean {
    this.#assertRunning();
    return this.#storage.settle();
  }

  /** The store as it is now, to be read while it changes. */
  snapshot(): Snapshot {
    this.#assertRunning();
    const rows = this.#storage.snapshot();
    try {
      if (rows.state()?.body.equals(this.#stored.body) !== true)
        throw corruption('the keystore state was changed from outside');
      return new Snapshot(rows, this.#state);
    } catch (error) {
      rows[Symbol.dispose]();
      throw error;
    }
  }

  /** A check that refuses once someone else has written to the storage since now. */
  outsideWrites(): { refuse(): void } {
    this.#assertRunning();
    const version = this.#storage.outsideVersion();
    return {
      refuse: () => {
        this.#assertRunning();
        if (this.#storage.outsideVersion() !== version) throw corruption('the database was changed from outside');
      },
    };
  }

  close(): void {
    this.#queue.finish();
    this.#ended ??= new SidecarError('keystore_unavailable', 'the keystore is closed');
    this.#seal[Symbol.dispose]();
    this.#storage.close();
  }

  #write(
    change: RowChange,
    { changes = 1, alter = (state) => state, seal = this.#seal, clearsEarlier = false }: Writing,
  ): void {
    this.#assertRunning();
    this.#noticeOutsideWrites();
    const { generation } = this.#state;
    try {
      this.#plant(change);
      const next = alter({
        ...this.#state,
        counter: this.#state.counter + changes,
        root: this.#tree.root.toString('hex'),
        counts: change.counted(this.#state.counts),
      });
      const state = seal.seal(next);
      const { rows, terms } = change;
      const batch = { rows, terms, state, generation, clearsEarlier, nodes: this.#nodes.take() };
      this.#guarded(() => this.#storage.write(batch, this.#stored.body));
      this.#stored = state;
      this.#state = next;
    } catch (error) {
      this.#nodes.take();
      this.#tree = this.#treeOf(this.#state);
      throw error;
    }
  }

  /** Brings the tree to the state after the change. */
  #plant({ rows }: RowChange): void {
    const changes = [...rows].map(([path, value]) => ({ key: pathHash(path), value: value && valueHash(value) }));
    // What a change has made and removed was never in the tree.
    this.#tree.change(changes.filter(({ key, value }) => value !== undefined || this.#tree.find(key) !== undefined));
  }

  /** What somebody else has written is checked anew, so that it is found and not only without effect. */
  #noticeOutsideWrites(): void {
    const version = this.#storage.outsideVersion();
    if (version === this.#outsideVersion) return;
    this.#outsideVersion = version;
    this.#tree = this.#treeOf(this.#state);
  }

  /** The rows of this turn of the event loop. */
  #look(): ReadRows {
    this.#assertRunning();
    this.#noticeOutsideWrites();
    return { read: (path) => readProven(this.#tree, this.#storage, path) };
  }

  #treeOf({ root }: StoreState): MerkleTree {
    return new MerkleTree(this.#nodes, Buffer.from(root, 'hex'), keptLevels);
  }

  #guarded(write: () => void): void {
    const startedMs = performance.now();
    try {
      write();
      this.#onCommit(performance.now() - startedMs);
    } catch (error) {
      if (error instanceof LostWrite) this.#stop(error);
      throw error;
    }
  }

  #stop(cause: LostWrite): void {
    this.#ended = cause;
    this.#onStopped(cause);
  }

  #assertRunning(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }
}
