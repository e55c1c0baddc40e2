import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SidecarError } from '../../errors.ts';
import { syncFolder } from '../../files/durable-file.ts';
import { ensurePrivateFile, ensurePrivateFolder } from '../../files/private-file.ts';
import { corruption } from '../corruption.ts';

/** SQL that takes the schema from the format of its index to the next one. Never change one that was released. */
export const migrations: readonly string[] = Object.freeze([
  `CREATE TABLE rows (path TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT;
   CREATE TABLE nodes (prefix TEXT PRIMARY KEY NOT NULL, node BLOB NOT NULL) STRICT;
   CREATE TABLE state (slot INTEGER PRIMARY KEY CHECK (slot = 1), body BLOB NOT NULL, mac BLOB NOT NULL) STRICT;`,
  // secure_delete misses copies that SQLite leaves behind when it moves a row to another page. So rows with sealed
  // secrets get tables of their own, one for each parity of the KEK generation: a turnover empties one of them, and a
  // page that no table uses any more is always overwritten. The old table goes for the same reason.
  `ALTER TABLE rows RENAME TO mixed_rows;
   CREATE TABLE rows (path TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT;
   CREATE TABLE sealed_0 (path TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE sealed_1 (path TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO sealed_1 SELECT path, value FROM mixed_rows
     WHERE path >= 'system/' AND path < 'system0' OR path >= 'version/' AND path < 'version0' ORDER BY path;
   INSERT INTO rows SELECT path, value FROM mixed_rows WHERE path NOT IN (SELECT path FROM sealed_1) ORDER BY rowid;
   DROP TABLE mixed_rows;`,
  // How often each version was used. Outside of the tree: it changes with every use.
  `CREATE TABLE usage (
     handle TEXT PRIMARY KEY NOT NULL, uses INTEGER NOT NULL, bytes INTEGER NOT NULL, used_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  // Names of keys under what lists are filtered by. Outside of the tree: the records that it leads to are proven.
  // And nodes beside their prefixes: one search instead of two.
  `CREATE TABLE key_terms (term TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (term, name)) STRICT, WITHOUT ROWID;
   WITH records AS (SELECT json(CAST(value AS TEXT)) AS record FROM rows WHERE path >= 'key/' AND path < 'key0')
   INSERT INTO key_terms
     SELECT 'algorithm=' || json_extract(record, '$.versions[#-1].algorithm.name'), json_extract(record, '$.name') FROM records
     UNION SELECT 'state=' || json_extract(record, '$.versions[#-1].state'), json_extract(record, '$.name') FROM records
     UNION SELECT 'label:' || label.key || '=' || label.value, json_extract(record, '$.name')
       FROM records, json_each(record, '$.labels') AS label;
   ALTER TABLE nodes RENAME TO scattered_nodes;
   CREATE TABLE nodes (prefix TEXT PRIMARY KEY NOT NULL, node BLOB NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO nodes SELECT prefix, node FROM scattered_nodes ORDER BY prefix;
   DROP TABLE scattered_nodes;`,
]);

const readingSettings = `
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;`;

/**
 * Pages that the write-ahead log gathers before they go into the database: 16 MiB. A creation touches some 15 pages, many
 * of them again and again; by default nearly every commit of 64 of them would be followed by two more syncs.
 */
const checkpointPages = 4096;
/** Kibibytes of pages that are kept; what one commit changes must fit, or it is written twice. */
const keptKibibytes = 16_384;

const settings = `${readingSettings}
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA secure_delete = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA wal_autocheckpoint = ${checkpointPages};
  PRAGMA cache_size = -${keptKibibytes};`;

/** Path of the database in its folder. */
export function databasePath(folder: string): string {
  return join(folder, 'keystore.db');
}

/** The files that SQLite keeps for the database. */
export function databaseFiles(folder: string): string[] {
  return ['', '-wal', '-shm'].map((suffix) => databasePath(folder) + suffix);
}

/**
 * Opens the database with every commit durable and the schema distrusted, creating it 0600 when it is missing.
 *
 * @throws SidecarError `config_invalid` for a newer format or loose permissions, `keystore_corrupt` for a foreign schema
 */
export function openDatabase(folder: string, steps = migrations): DatabaseSync {
  ensurePrivateFolder(folder, 'keystore folder');
  ensurePrivateFile(databasePath(folder), 'keystore database');
  syncFolder(folder);
  const database = connection(databasePath(folder), false);
  try {
    guarded(() => database.exec(settings));
    refuseNewerFormat(database, steps);
    refuseForeignSchema(database, steps);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A second connection, which can only read, to a database that is open already; what it reads must be proved. */
export function openReader(path: string): DatabaseSync {
  const database = connection(path, true);
  database.exec(readingSettings);
  return database;
}

function connection(path: string, readOnly: boolean): DatabaseSync {
  return new DatabaseSync(path, {
    readOnly,
    allowExtension: false,
    defensive: true,
    enableDoubleQuotedStringLiterals: false,
    limits: { attach: 0 },
    timeout: 0,
  });
}

/**
 * Brings everything from the write-ahead log into the database, durably, and empties it.
 *
 * @returns false when somebody still reads an earlier state
 */
export function checkpoint(database: DatabaseSync): boolean {
  return guarded(() => database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get())?.busy === 0;
}

/** Number of migrations that the database has seen; 0 for one that was just created. */
export function formatOf(database: DatabaseSync): number {
  return guarded(() => Number(database.prepare('PRAGMA user_version').get()?.user_version));
}

/** Brings the schema to the newest format. Runs inside the caller's transaction. */
export function migrate(database: DatabaseSync, steps = migrations): void {
  for (const step of steps.slice(formatOf(database))) database.exec(step);
  database.exec(`PRAGMA user_version = ${steps.length}`);
}

/** Runs database calls and turns SQLite's errors into refusals. */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isSqliteError(error) ? refusal(error) : error;
  }
}

/** Steps through the rows that database calls give. */
export function* guardedSteps<Row>(begin: () => Iterator<Row>): Generator<Row, void> {
  const steps = guarded(begin);
  try {
    for (;;) {
      const step = guarded(() => steps.next());
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    steps.return?.();
  }
}

/** Whether the disk was full: SQLite has rolled back and may go on, which it must not after a failed sync. */
export function isDiskFull(error: unknown): boolean {
  return isSqliteError(error) && primaryCode(error) === sqliteFull;
}

const sqliteFull = 13;
/** SQLITE_ERROR (a changed schema), SQLITE_CORRUPT, SQLITE_MISMATCH, SQLITE_NOTADB. */
const corruptCodes: ReadonlySet<number> = new Set([1, 11, 20, 26]);

interface SqliteError extends Error {
  readonly errcode: number;
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR' && 'errcode' in error;
}

/** The low byte of an extended result code. */
function primaryCode(error: SqliteError): number {
  return error.errcode & 0xff;
}

function refusal(error: SqliteError): SidecarError {
  if (corruptCodes.has(primaryCode(error))) return corruption('the database is malformed', error);
  return new SidecarError('keystore_unavailable', `the keystore failed with SQLite code ${error.errcode}`, {
    cause: error,
  });
}

function refuseNewerFormat(database: DatabaseSync, steps: readonly string[]): void {
  const format = formatOf(database);
  if (format > steps.length) {
    throw new SidecarError('config_invalid', `keystore format ${format} is newer than ${steps.length}`);
  }
}

/** An added trigger or view, or a dropped index, would change what the statements of this folder mean. */
function refuseForeignSchema(database: DatabaseSync, steps: readonly string[]): void {
  const reference = new DatabaseSync(':memory:');
  for (const step of steps.slice(0, formatOf(database))) reference.exec(step);
  const expected = schemaOf(reference);
  reference.close();
  if (guarded(() => schemaOf(database)) !== expected) throw corruption('the database schema was changed');
}

function schemaOf(database: DatabaseSync): string {
  return JSON.stringify(database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name').all());
}
