import { EmptyBTree } from 'sorted-btree';
import { corruption } from '../corruption.ts';
import { isSealed } from '../row-kinds.ts';
import { migrations } from './database.ts';
import type { NameRange, RowBatch, RowStorage, StoredRows, StoredState, StoredUsage } from './row-storage.ts';

/** Values by keys, in the order of bytes: keys are ASCII. */
type Sorted<Value> = import('sorted-btree').default<string, Value>;

/** What a store in memory consists of. Copies share what none of them changes. */
interface Content {
  readonly rows: Sorted<Buffer>;
  readonly nodes: Sorted<Buffer>;
  /** Term, a zero byte, name. */
  readonly terms: Sorted<undefined>;
  readonly state: StoredState | undefined;
}

/** Rows in memory: gone with the process, and as long as it lives a store like any other. */
export class MemoryStorage implements RowStorage {
  readonly format = migrations.length;
  readonly files: readonly string[] = [];
  /** Paths of the rows with sealed secrets, by the KEK generation that sealed them. */
  readonly #sealed = new Map<number, Sorted<undefined>>();
  readonly #usage = sorted<StoredUsage>();
  #content: Content = { rows: sorted(), nodes: sorted(), terms: sorted(), state: undefined };

  get foundFormat(): number {
    return this.#content.state === undefined ? 0 : this.format;
  }

  write(batch: RowBatch, before: Buffer | undefined): void {
    const found = this.#content.state?.body;
    const isSame = before === undefined ? found === undefined : found?.equals(before) === true;
    if (!isSame) throw corruption('the keystore state was changed from outside');
    const { rows, nodes, terms } = this.#content;
    for (const [path, value] of batch.rows) {
      put(rows, path, value);
      if (isSealed(path)) this.#seal(path, value, batch.generation);
    }
    for (const [prefix, node] of batch.nodes) put(nodes, prefix, node);
    for (const { term, name, isThere } of batch.terms) {
      if (isThere) terms.set(termKey(term, name), undefined);
      else terms.delete(termKey(term, name));
    }
    this.#content = { rows, nodes, terms, state: batch.state };
  }

  usage(handle: string): StoredUsage | undefined {
    return this.#usage.get(handle);
  }

  usageAfter(handle: string, limit: number): [handle: string, usage: StoredUsage][] {
    return this.#usage.getRange(`${handle}\0`, highest, false, limit);
  }

  saveUsage(entries: ReadonlyMap<string, StoredUsage>): void {
    for (const [handle, usage] of entries) this.#usage.set(handle, { ...usage });
  }

  sealedBefore(generation: number, limit: number): string[] {
    const earlier = [...this.#sealed].filter(([sealedBy]) => sealedBy !== generation);
    const paths = earlier.flatMap(([, found]) => found.getRange('', highest, false, limit).map(([path]) => path));
    return paths.slice(0, limit);
  }

  settle(): boolean {
    return true;
  }

  snapshot(): StoredRows & Disposable {
    const { rows, nodes, terms, state } = this.#content;
    const snapshot = new MemoryStorage();
    snapshot.#content = { rows: rows.clone(), nodes: nodes.clone(), terms: terms.clone(), state };
    for (const [generation, paths] of this.#sealed) snapshot.#sealed.set(generation, paths.clone());
    return Object.assign(snapshot, { [Symbol.dispose]: () => undefined });
  }

  outsideVersion(): unknown {
    return 0;
  }

  row(path: string): Buffer | undefined {
    return copyOf(this.#content.rows.get(path));
  }

  rows(paths: readonly string[]): ReadonlyMap<string, Buffer> {
    const found = paths.map((path) => [path, this.row(path)] as const);
    return new Map(found.filter((entry): entry is [string, Buffer] => entry[1] !== undefined));
  }

  node(prefix: string): Buffer | undefined {
    return copyOf(this.#content.nodes.get(prefix));
  }

  state(): StoredState | undefined {
    return this.#content.state;
  }

  pathsBetween(from: string, before: string, limit: number): string[] {
    return this.#content.rows.getRange(from, before, false, limit).map(([path]) => path);
  }

  namesUnder([first, ...others]: readonly [string, ...string[]], { from, before, limit }: NameRange): string[] {
    const { terms } = this.#content;
    const names: string[] = [];
    terms.forRange(termKey(first, from), termKey(first, before), false, (key) => {
      const name = key.slice(first.length + 1);
      if (others.every((term) => terms.has(termKey(term, name)))) names.push(name);
      return names.length === limit ? { break: true } : undefined;
    });
    return names;
  }

  termCount(): number {
    return this.#content.terms.size;
  }

  paths(): Iterable<string> {
    return this.#content.rows.keys();
  }

  *sealedPaths(): Generator<string> {
    for (const paths of this.#sealed.values()) yield* paths.keys();
  }

  nodes(): Iterable<unknown> {
    return this.#content.nodes.keys();
  }

  async check(): Promise<void> {
    // Memory has no structure of its own that could be unsound.
  }

  close(): void {
    // It stays as it is, to be opened again.
  }

  #seal(path: string, value: Buffer | undefined, generation: number): void {
    for (const paths of this.#sealed.values()) paths.delete(path);
    if (value === undefined) return;
    const paths = this.#sealed.get(generation) ?? sorted<undefined>();
    this.#sealed.set(generation, paths);
    paths.set(path, undefined);
  }
}

/** The module is CommonJS, whose default export comes differently from each loader; this one comes alike. */
function sorted<Value>(): Sorted<Value> {
  return EmptyBTree.clone();
}

/** Behind every path, handle and prefix. */
const highest = '\uffff';

function termKey(term: string, name: string): string {
  return `${term}\0${name}`;
}

function put(tree: Sorted<Buffer>, key: string, value: Buffer | undefined): void {
  if (value === undefined) tree.delete(key);
  else tree.set(key, Buffer.from(value));
}

function copyOf(value: Buffer | undefined): Buffer | undefined {
  return value && Buffer.from(value);
}
