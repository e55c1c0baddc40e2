import { SidecarError } from '../errors.ts';
import type { KeyRecord } from '../generated/types.ts';
import type { DueKey, KeyQuery } from './contract.ts';
import { CorruptPage, corruption } from './corruption.ts';
import { dueKeyAt, paths, recordIn } from './key-rows.ts';
import { termsFor } from './key-terms.ts';
import type { ProvenRows } from './proven-rows.ts';

/** Names are ASCII below this, so it ends the range of any prefix. */
const afterNames = '\x7f';

/** Finds keys by name, time and terms. Each record is proven; that none was left out is what checking the store tells. */
export class KeyLists {
  readonly #rows: ProvenRows;

  constructor(rows: ProvenRows) {
    this.#rows = rows;
  }

  /**
   * In the order of their names.
   *
   * @throws CorruptPage
   */
  list(query: KeyQuery): KeyRecord[] {
    const names = this.#names(query);
    try {
      return this.#records(names);
    } catch (error) {
      const isCorrupt = error instanceof SidecarError && error.code === 'keystore_corrupt';
      throw isCorrupt ? new CorruptPage(names, error) : error;
    }
  }

  /** Keys that are due by that time, the most overdue first. */
  due(timeMs: number, limit: number, after?: DueKey): DueKey[] {
    const from = after === undefined ? paths.due(0, '') : `${paths.due(after.dueAt, after.id)}\0`;
    return this.#rows.pathsBetween(from, paths.due(timeMs + 1, ''), limit).map(dueKeyAt);
  }

  /** Whether every row is a secret of the installation whose name begins with that. */
  holdsOnly(prefix: string): boolean {
    const [own, end] = [paths.system(prefix), `${paths.system(prefix)}\uffff`];
    const others = [...this.#rows.pathsBetween('', own, 1), ...this.#rows.pathsBetween(end, '\uffff', 1)];
    return others.length === 0;
  }

  count(): number {
    return this.#rows.state.counts.key ?? 0;
  }

  #records(names: readonly string[]): KeyRecord[] {
    const ids = this.#rows.readAll(names.map(paths.name));
    const found = this.#rows.readAll(ids.map((id) => paths.key(String(id))));
    return names.map((name, index) => {
      const record = recordIn(found[index]);
      if (record === undefined) throw corruption('a name has no key');
      if (record.name !== name) throw corruption('a name leads to another key');
      return record;
    });
  }

  #names({ prefix = '', after, limit, terms = {} }: KeyQuery): string[] {
    const next = after === undefined ? prefix : `${after}\0`;
    const [, from = prefix] = [prefix, next].sort();
    const [first, ...others] = termsFor(terms);
    const before = prefix + afterNames;
    if (first !== undefined) return this.#rows.namesUnder([first, ...others], { from, before, limit });
    const found = this.#rows.pathsBetween(paths.name(from), paths.name(before), limit);
    return found.map((path) => path.slice(paths.name('').length));
  }
}
