import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { corruption } from '../corruption.ts';
import { isSealed, kindOf } from '../row-kinds.ts';
import { guarded, guardedSteps } from './database.ts';
import { checkFile } from './file-check.ts';
import type { NameRange, StoredRows, StoredState } from './row-storage.ts';

const sealed = 'SELECT * FROM sealed_0 UNION ALL SELECT * FROM sealed_1';
const everywhere = `SELECT * FROM rows UNION ALL ${sealed}`;

/** What a connection to the database sees. */
export class SqliteRows implements StoredRows {
  readonly #database: DatabaseSync;
  /** By their SQL; the tables may be made after the connection. */
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  row(path: string): Buffer | undefined {
    const source = isSealed(path) ? `(${sealed})` : 'rows';
    const [found, another] = guarded(() => this.#prepared(`SELECT value FROM ${source} WHERE path = ?`).all(path));
    if (another !== undefined) throw corruption(`a ${kindOf(path)} row is there twice`);
    return bufferOf(found?.value);
  }

  rows(paths: readonly string[]): ReadonlyMap<string, Buffer> {
    const sql = 'SELECT path, value FROM rows WHERE path IN (SELECT value FROM json_each(?))';
    const found = guarded(() => this.#prepared(sql).all(JSON.stringify(paths)));
    return new Map(found.map(({ path, value }) => [String(path), bufferOf(value) ?? Buffer.alloc(0)]));
  }

  node(prefix: string): Buffer | undefined {
    return bufferOf(this.#one('SELECT node FROM nodes WHERE prefix = ?', prefix)?.node);
  }

  state(): StoredState | undefined {
    const found = this.#one('SELECT body, mac FROM state WHERE slot = 1');
    const [body, mac] = [bufferOf(found?.body), bufferOf(found?.mac)];
    return body && mac && { body, mac };
  }

  pathsBetween(from: string, before: string, limit: number): string[] {
    const sql = `SELECT path FROM (${everywhere}) WHERE path >= ? AND path < ? ORDER BY path LIMIT ?`;
    return guarded(() => this.#prepared(sql).all(from, before, limit)).map(({ path }) => String(path));
  }

  namesUnder([first, ...others]: readonly [string, ...string[]], { from, before, limit }: NameRange): string[] {
    const also = 'AND EXISTS (SELECT 1 FROM key_terms other WHERE other.term = ? AND other.name = key_terms.name)';
    const sql = `SELECT name FROM key_terms WHERE term = ? AND name >= ? AND name < ? ${others.map(() => also).join(' ')}
      ORDER BY name LIMIT ?`;
    const values = [first, from, before, ...others, limit];
    return guarded(() => this.#prepared(sql).all(...values)).map(({ name }) => String(name));
  }

  termCount(): number {
    return Number(this.#one('SELECT count(*) AS count FROM key_terms')?.count);
  }

  paths(): Generator<string> {
    return this.#pathsOf(everywhere);
  }

  sealedPaths(): Generator<string> {
    return this.#pathsOf(sealed);
  }

  nodes(): Generator<unknown> {
    return guardedSteps(() => this.#database.prepare('SELECT prefix FROM nodes').iterate());
  }

  async check(): Promise<void> {
    await checkFile(this.#database);
  }

  *#pathsOf(source: string): Generator<string> {
    const steps = guardedSteps(() => this.#database.prepare(`SELECT path FROM (${source})`).iterate());
    for (const { path } of steps) yield String(path);
  }

  #one(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return guarded(() => this.#prepared(sql).get(...values));
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** The connection of a snapshot, in a transaction of its own that only reads. */
export class SqliteSnapshot extends SqliteRows implements Disposable {
  readonly #connection: DatabaseSync;

  /** @param connection taken over */
  constructor(connection: DatabaseSync) {
    super(connection);
    this.#connection = connection;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

function bufferOf(value: unknown): Buffer | undefined {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : undefined;
}
