import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AuthenticatedRows } from './authenticated-rows.ts';
import { guarded } from './database.ts';

/** How often a version was used, on how much data, and when last, in milliseconds since 1970. */
export interface StoredUsage {
  readonly uses: number;
  readonly bytes: number;
  readonly usedAt: number;
}

/** Counts of use, outside of the authenticated tree: whoever can write to the file can change them, and nothing else. */
export class UsageRows {
  readonly #rows: Pick<AuthenticatedRows, 'writeBeside'>;
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;

  constructor(database: DatabaseSync, rows: Pick<AuthenticatedRows, 'writeBeside'>) {
    this.#rows = rows;
    this.#select = database.prepare('SELECT uses, bytes, used_at FROM usage WHERE handle = ?');
    this.#upsert = database.prepare('INSERT OR REPLACE INTO usage (handle, uses, bytes, used_at) VALUES (?, ?, ?, ?)');
  }

  /** Undefined for a version that was never used. */
  load(handle: string): StoredUsage | undefined {
    const row = guarded(() => this.#select.get(handle));
    return row && { uses: Number(row.uses), bytes: Number(row.bytes), usedAt: Number(row.used_at) };
  }

  /** All of them in one durable transaction. */
  save(entries: ReadonlyMap<string, StoredUsage>): void {
    this.#rows.writeBeside(() => {
      for (const [handle, { uses, bytes, usedAt }] of entries) this.#upsert.run(handle, uses, bytes, usedAt);
    });
  }
}
