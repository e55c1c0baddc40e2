import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { corruption } from './corruption.ts';

/** Kinds of rows that hold a sealed secret. */
export const sealedKinds: readonly string[] = Object.freeze(['system', 'version']);

/** Kind of a row: the first part of its path. */
export function kindOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

interface Table {
  readonly upsert: StatementSync;
  readonly remove: StatementSync;
}

const sealed = 'SELECT * FROM sealed_0 UNION ALL SELECT * FROM sealed_1';
const everywhere = `SELECT * FROM rows UNION ALL ${sealed}`;

/**
 * The tables that rows lie in, by kind and, for sealed secrets, by KEK generation. Nothing here is proved: whoever can
 * write to the file decides what is in them.
 */
export class RowTables {
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #between: StatementSync;
  readonly #plain: Table;
  /** By parity of the generation. */
  readonly #sealed: readonly [even: Table, odd: Table];

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#select = database.prepare(`SELECT value FROM (${everywhere}) WHERE path = ?`);
    this.#between = database.prepare(
      `SELECT path FROM (${everywhere}) WHERE path >= ? AND path < ? ORDER BY path LIMIT ?`,
    );
    this.#plain = tableOf(database, 'rows');
    this.#sealed = [tableOf(database, 'sealed_0'), tableOf(database, 'sealed_1')];
  }

  read(path: string): Buffer | undefined {
    const [found, another] = this.#select.all(path);
    if (another !== undefined) throw corruption(`a ${kindOf(path)} row is there twice`);
    const value = found?.value;
    return value instanceof Uint8Array ? Buffer.from(value) : undefined;
  }

  /** @param generation that seals: its table takes the row if it is a sealed one */
  put(path: string, value: Buffer, generation: number): void {
    if (sealedKinds.includes(kindOf(path))) this.#of(generation - 1).remove.run(path);
    this.#tableFor(path, generation).upsert.run(path, value);
  }

  remove(path: string, generation: number): void {
    if (sealedKinds.includes(kindOf(path))) this.#of(generation - 1).remove.run(path);
    this.#tableFor(path, generation).remove.run(path);
  }

  /** Up to `limit` paths from one to before another, in byte order. */
  between(from: string, before: string, limit: number): string[] {
    return this.#between.all(from, before, limit).map((row) => String(row.path));
  }

  /** Every path there is. */
  paths(): Generator<string> {
    return this.#pathsOf(everywhere);
  }

  /** Paths of the rows with sealed secrets. */
  sealedPaths(): Generator<string> {
    return this.#pathsOf(sealed);
  }

  /** Paths of up to `limit` rows that were sealed under another generation. */
  sealedBefore(generation: number, limit: number): string[] {
    const found = this.#database.prepare(`SELECT path FROM ${nameOf(generation - 1)} ORDER BY path LIMIT ?`).all(limit);
    return found.map(({ path }) => String(path));
  }

  /** Empties what {@link sealedBefore} reads: the last page that the table keeps is overwritten too. */
  clearBefore(generation: number): void {
    this.#database.exec(`DELETE FROM ${nameOf(generation - 1)}`);
  }

  *#pathsOf(source: string): Generator<string> {
    for (const { path } of this.#database.prepare(`SELECT path FROM (${source})`).iterate()) yield String(path);
  }

  #tableFor(path: string, generation: number): Table {
    return sealedKinds.includes(kindOf(path)) ? this.#of(generation) : this.#plain;
  }

  #of(generation: number): Table {
    return this.#sealed[isOdd(generation) ? 1 : 0];
  }
}

function tableOf(database: DatabaseSync, name: string): Table {
  return {
    upsert: database.prepare(
      `INSERT INTO ${name} (path, value) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET value = excluded.value`,
    ),
    remove: database.prepare(`DELETE FROM ${name} WHERE path = ?`),
  };
}

function nameOf(generation: number): string {
  return isOdd(generation) ? 'sealed_1' : 'sealed_0';
}

function isOdd(generation: number): boolean {
  return generation % 2 === 1;
}
