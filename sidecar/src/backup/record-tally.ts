import type { BackupManifest, RowRecord } from './records.ts';

/** Counts the records of a backup, as its manifest has to say. */
export class RecordTally {
  readonly #counts = new Map<string, number>();
  #rows = 0;
  #removed = 0;

  count(record: RowRecord): void {
    if ('removed' in record) {
      this.#removed += 1;
      return;
    }
    const { path } = record.row;
    const kind = path.slice(0, path.indexOf('/'));
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.#rows += 1;
  }

  get counted(): Pick<BackupManifest, 'rows' | 'counts' | 'removed'> {
    return { rows: this.#rows, counts: Object.fromEntries(this.#counts), removed: this.#removed };
  }

  isThatOf({ rows, counts, removed }: BackupManifest): boolean {
    const kinds = new Set([...this.#counts.keys(), ...Object.keys(counts)]);
    const isWhole = [...kinds].every((kind) => (counts[kind] ?? 0) === (this.#counts.get(kind) ?? 0));
    return isWhole && rows === this.#rows && removed === this.#removed;
  }
}
