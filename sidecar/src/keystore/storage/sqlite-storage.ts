import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { corruption } from '../corruption.ts';
import { isSealed } from '../row-kinds.ts';
import {
  checkpoint,
  databaseFiles,
  formatOf,
  guarded,
  isDiskFull,
  migrate,
  migrations,
  openDatabase,
  openReader,
} from './database.ts';
import { LostWrite, type RowBatch, type RowStorage, type StoredUsage, type TermChange } from './row-storage.ts';
import { SqliteRows, SqliteSnapshot } from './sqlite-rows.ts';

/** Rows in the database of a folder. Sealed ones lie in one of two tables, by the parity of their KEK generation. */
export class SqliteStorage extends SqliteRows implements RowStorage {
  readonly foundFormat: number;
  readonly format = migrations.length;
  readonly files: readonly string[];
  readonly #database: DatabaseSync;
  readonly #version: StatementSync;
  #sql: Statements | undefined;

  /** @throws SidecarError `config_invalid`, `keystore_corrupt` as {@link openDatabase} */
  constructor(folder: string) {
    const database = openDatabase(folder);
    super(database);
    this.#database = database;
    this.#version = database.prepare('PRAGMA data_version');
    this.files = databaseFiles(folder);
    this.foundFormat = formatOf(database);
  }

  write(batch: RowBatch, before: Buffer | undefined): void {
    this.#transact(() => {
      if (this.#sql === undefined && formatOf(this.#database) < this.format) migrate(this.#database);
      this.#refuseOtherState(before);
      this.#put(batch);
    });
  }

  usage(handle: string): StoredUsage | undefined {
    const row = guarded(() => this.#statements.loadUsage.get(handle));
    return row && usageOf(row);
  }

  usageAfter(handle: string, limit: number): [handle: string, usage: StoredUsage][] {
    return guarded(() => this.#statements.usageAfter.all(handle, limit)).map((row) => [
      String(row.handle),
      usageOf(row),
    ]);
  }

  saveUsage(entries: ReadonlyMap<string, StoredUsage>): void {
    this.#transact(() => {
      for (const [handle, { uses, bytes, usedAt }] of entries) {
        this.#statements.saveUsage.run(handle, uses, bytes, usedAt);
      }
    });
  }

  sealedBefore(generation: number, limit: number): string[] {
    const sql = `SELECT path FROM ${tableOf(generation - 1)} ORDER BY path LIMIT ?`;
    return guarded(() => this.#database.prepare(sql).all(limit)).map(({ path }) => String(path));
  }

  settle(): boolean {
    return checkpoint(this.#database);
  }

  snapshot(): SqliteSnapshot {
    const reader = guarded(() => openReader(this.#database.location() ?? ''));
    try {
      guarded(() => reader.exec('BEGIN'));
      return new SqliteSnapshot(reader);
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** SQLite's number that changes whenever another connection has written; a reader's own never does. */
  outsideVersion(): unknown {
    return guarded(() => this.#version.get())?.data_version;
  }

  close(): void {
    this.#database.close();
  }

  #put({ rows, nodes, terms, state, generation, clearsEarlier = false }: RowBatch): void {
    const sql = this.#statements;
    for (const [path, value] of rows) this.#putRow(path, value, generation);
    for (const [prefix, node] of nodes) {
      if (node === undefined) sql.removeNode.run(prefix);
      else sql.putNode.run(prefix, node);
    }
    for (const change of terms) putTerm(sql, change);
    // The last page that an emptied table keeps is overwritten too.
    if (clearsEarlier) this.#database.exec(`DELETE FROM ${tableOf(generation - 1)}`);
    sql.putState.run(state.body, state.mac);
  }

  #putRow(path: string, value: Buffer | undefined, generation: number): void {
    const { plain, sealed } = this.#statements;
    if (isSealed(path)) sealed[parityOf(generation - 1)].remove.run(path);
    const table = isSealed(path) ? sealed[parityOf(generation)] : plain;
    if (value === undefined) table.remove.run(path);
    else table.put.run(path, value);
  }

  #refuseOtherState(before: Buffer | undefined): void {
    const found = this.state()?.body;
    const isSame = before === undefined ? found === undefined : found?.equals(before) === true;
    if (!isSame) throw corruption('the keystore state was changed from outside');
  }

  #transact(work: () => void): void {
    guarded(() => this.#database.exec('BEGIN IMMEDIATE'));
    try {
      guarded(work);
    } catch (error) {
      this.#undo();
      throw error;
    }
    try {
      this.#database.exec('COMMIT');
    } catch (error) {
      // After a failed sync the next one may report success for pages that never reached the disk, and the next start may
      // find the change made after all: whoever asked for it must not be told how it ended.
      if (!isDiskFull(error)) throw new LostWrite(error);
      this.#undo();
      guarded(() => {
        throw error;
      });
    }
  }

  #undo(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    } catch (cause) {
      throw new LostWrite(cause);
    }
  }

  get #statements(): Statements {
    this.#sql ??= statementsOf(this.#database);
    return this.#sql;
  }
}

type Statements = ReturnType<typeof statementsOf>;

function statementsOf(database: DatabaseSync) {
  return {
    plain: tableStatements(database, 'rows'),
    sealed: [tableStatements(database, 'sealed_0'), tableStatements(database, 'sealed_1')],
    putNode: database.prepare(
      'INSERT INTO nodes (prefix, node) VALUES (?, ?) ON CONFLICT (prefix) DO UPDATE SET node = excluded.node',
    ),
    removeNode: database.prepare('DELETE FROM nodes WHERE prefix = ?'),
    putTerm: database.prepare('INSERT OR IGNORE INTO key_terms (term, name) VALUES (?, ?)'),
    removeTerm: database.prepare('DELETE FROM key_terms WHERE term = ? AND name = ?'),
    putState: database.prepare(
      'INSERT INTO state (slot, body, mac) VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body, mac = excluded.mac',
    ),
    loadUsage: database.prepare('SELECT uses, bytes, used_at FROM usage WHERE handle = ?'),
    usageAfter: database.prepare(
      'SELECT handle, uses, bytes, used_at FROM usage WHERE handle > ? ORDER BY handle LIMIT ?',
    ),
    saveUsage: database.prepare('INSERT OR REPLACE INTO usage (handle, uses, bytes, used_at) VALUES (?, ?, ?, ?)'),
  } as const;
}

interface TableStatements {
  readonly put: StatementSync;
  readonly remove: StatementSync;
}

function tableStatements(database: DatabaseSync, name: string): TableStatements {
  return {
    put: database.prepare(
      `INSERT INTO ${name} (path, value) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET value = excluded.value`,
    ),
    remove: database.prepare(`DELETE FROM ${name} WHERE path = ?`),
  };
}

function putTerm(sql: Statements, { term, name, isThere }: TermChange): void {
  (isThere ? sql.putTerm : sql.removeTerm).run(term, name);
}

function usageOf({ uses, bytes, used_at: usedAt }: Record<string, SQLOutputValue>): StoredUsage {
  return { uses: Number(uses), bytes: Number(bytes), usedAt: Number(usedAt) };
}

function tableOf(generation: number): string {
  return `sealed_${parityOf(generation)}`;
}

function parityOf(generation: number): 0 | 1 {
  return generation % 2 === 1 ? 1 : 0;
}
