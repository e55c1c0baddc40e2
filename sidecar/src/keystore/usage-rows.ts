import type { AuthenticatedRows } from './authenticated-rows.ts';
import type { StoredUsage } from './storage/row-storage.ts';

export type { StoredUsage };

type UsageOfRows = Pick<AuthenticatedRows, 'usage' | 'usageAfter' | 'saveUsage'>;

/** Counts of use, outside of the authenticated tree: whoever can write to the storage can change them, and nothing else. */
export class UsageRows {
  readonly #rows: UsageOfRows;

  constructor(rows: UsageOfRows) {
    this.#rows = rows;
  }

  /** Undefined for a version that was never used. */
  load(handle: string): StoredUsage | undefined {
    return this.#rows.usage(handle);
  }

  /** Up to `limit` of them behind a handle, in the byte order of the handles. */
  after(handle: string, limit: number): [handle: string, usage: StoredUsage][] {
    return this.#rows.usageAfter(handle, limit);
  }

  /** All of them in one durable transaction. */
  save(entries: ReadonlyMap<string, StoredUsage>): void {
    this.#rows.saveUsage(entries);
  }
}
