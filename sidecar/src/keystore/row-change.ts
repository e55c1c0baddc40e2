import { corruption } from './corruption.ts';
import type { ReadRows } from './proven-rows.ts';
import { kindOf } from './row-kinds.ts';
import type { TermChange } from './storage/row-storage.ts';

/** The writes that one change may make; all of them become durable together or none does. It reads what it wrote. */
export interface RowChanges extends ReadRows {
  put(path: string, value: Buffer): void;
  /** Removes a row that is there. */
  delete(path: string): void;
  /** A key's name comes under a term, or goes. */
  index(change: TermChange): void;
}

/** A change that was not written yet, over the rows as they are without it. */
export class RowChange implements RowChanges {
  readonly #below: ReadRows;
  readonly #rows = new Map<string, Buffer | undefined>();
  /** What lies below stays the same until the change is written. */
  readonly #found = new Map<string, Buffer | undefined>();
  readonly #terms: TermChange[] = [];
  readonly #counts = new Map<string, number>();

  constructor(below: ReadRows) {
    this.#below = below;
  }

  /** What becomes of the rows; undefined where one goes. */
  get rows(): ReadonlyMap<string, Buffer | undefined> {
    return this.#rows;
  }

  get terms(): readonly TermChange[] {
    return this.#terms;
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0 && this.#terms.length === 0;
  }

  /** Numbers of rows by kind, as they become. */
  counted(before: Readonly<Record<string, number>>): Record<string, number> {
    const counts = { ...before };
    for (const [kind, added] of this.#counts) counts[kind] = (counts[kind] ?? 0) + added;
    return counts;
  }

  read(path: string): Buffer | undefined {
    if (this.#rows.has(path)) return this.#rows.get(path);
    if (!this.#found.has(path)) this.#found.set(path, this.#below.read(path));
    return this.#found.get(path);
  }

  put(path: string, value: Buffer): void {
    if (this.read(path) === undefined) this.#count(kindOf(path), 1);
    this.#rows.set(path, value);
  }

  delete(path: string): void {
    // Read like any other, so that a row that was tampered with is not removed unnoticed.
    if (this.read(path) === undefined) throw corruption(`a ${kindOf(path)} row is missing`);
    this.#count(kindOf(path), -1);
    this.#rows.set(path, undefined);
  }

  index(change: TermChange): void {
    this.#terms.push(change);
  }

  /** Takes in a change that was made over this one. */
  absorb(change: RowChange): void {
    for (const [path, value] of change.#rows) this.#rows.set(path, value);
    for (const [kind, added] of change.#counts) this.#count(kind, added);
    this.#terms.push(...change.#terms);
  }

  #count(kind: string, added: number): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + added);
  }
}
