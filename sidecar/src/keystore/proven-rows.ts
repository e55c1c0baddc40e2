import { hash } from 'node:crypto';
import { corruption } from './corruption.ts';
import type { MerkleTree } from './merkle-tree.ts';
import { kindOf } from './row-kinds.ts';
import type { NameRange, StoredRows } from './storage/row-storage.ts';
import type { StoreState } from './store-state.ts';

/** Rows by path (`kind/...`), each proved against an authenticated tree when it is read. */
export interface ReadRows {
  /**
   * The row, or undefined when the tree proves that there is none.
   *
   * @throws SidecarError `keystore_corrupt` when the row is not what the tree says
   */
  read(path: string): Buffer | undefined;
}

/** All rows of one state of the store. */
export interface ProvenRows extends ReadRows {
  readonly state: StoreState;
  /** The same of many rows at once, in their order; not for rows with sealed secrets. */
  readAll(paths: readonly string[]): (Buffer | undefined)[];
  /** Up to `limit` paths from one to before another, in byte order. They are not proved: read what they name. */
  pathsBetween(from: string, before: string, limit: number): string[];
  /** Names of keys under all of the terms, in byte order. They are not proved: read what they name. */
  namesUnder(terms: readonly [string, ...string[]], range: NameRange): string[];
}

/** Reads a row and compares it with what the tree says of it. */
export function readProven(tree: MerkleTree, rows: StoredRows, path: string): Buffer | undefined {
  return proven(tree, path, rows.row(path));
}

/** Reads rows and compares each with what the tree says of it. */
export function readAllProven(tree: MerkleTree, rows: StoredRows, paths: readonly string[]): (Buffer | undefined)[] {
  const stored = rows.rows(paths);
  return paths.map((path) => proven(tree, path, stored.get(path)));
}

function proven(tree: MerkleTree, path: string, stored: Buffer | undefined): Buffer | undefined {
  const expected = tree.find(pathHash(path));
  if (expected === undefined && stored === undefined) return undefined;
  if (stored === undefined || expected === undefined || !valueHash(stored).equals(expected)) {
    throw corruption(`a ${kindOf(path)} row does not verify`);
  }
  return stored;
}

/** Key of a row in the tree. */
export function pathHash(path: string): Buffer {
  return hash('sha256', `ferrohsm/row-path/v1\0${path}`, 'buffer');
}

/** Value of a row in the tree. */
export function valueHash(value: Uint8Array): Buffer {
  return hash('sha256', value, 'buffer');
}
