import type { CopiedRow, FoundRow, StoreCopy } from '../copied-rows.ts';
import { type Canonical, canonicalBytes } from './canonical-json.ts';
import { corruption } from './corruption.ts';
import type { Envelope } from './envelope.ts';
import { KeyRows } from './key-rows.ts';
import { valueHash } from './proven-rows.ts';
import { kindOf, sealedKinds } from './row-kinds.ts';
import { sealedRow } from './sealed-rows.ts';
import type { Snapshot } from './snapshot.ts';

/** Paths that are read at once. */
const pageRows = 256;
/** Behind every path: they begin with the letters of their kind. */
const afterPaths = '\x7f';

/** The rows of a snapshot with their secrets opened. */
export class RowCopy implements StoreCopy {
  readonly #snapshot: Snapshot;
  readonly #envelope: Envelope;
  readonly #keys: KeyRows;
  readonly #isWithheld: (path: string) => boolean;

  /**
   * @param snapshot taken over
   * @param isWithheld of which rows only path and hash are told
   */
  constructor(snapshot: Snapshot, envelope: Envelope, isWithheld: (path: string) => boolean) {
    this.#snapshot = snapshot;
    this.#envelope = envelope;
    this.#keys = new KeyRows(snapshot);
    this.#isWithheld = isWithheld;
  }

  get stateRoot(): string {
    return this.#snapshot.state.root;
  }

  get stateCounter(): number {
    return this.#snapshot.state.counter;
  }

  get counts(): Readonly<Record<string, number>> {
    return this.#snapshot.state.counts;
  }

  *rows(): Generator<FoundRow, void> {
    const counts = new Map<string, number>();
    for (const path of this.#paths()) {
      yield this.#found(path);
      counts.set(kindOf(path), (counts.get(kindOf(path)) ?? 0) + 1);
    }
    for (const kind of new Set([...counts.keys(), ...Object.keys(this.counts)])) {
      if ((this.counts[kind] ?? 0) !== (counts.get(kind) ?? 0)) throw corruption(`the number of ${kind} rows differs`);
    }
  }

  [Symbol.dispose](): void {
    this.#snapshot[Symbol.dispose]();
  }

  *#paths(): Generator<string> {
    for (let from = ''; ; ) {
      const page = this.#snapshot.pathsBetween(from, afterPaths, pageRows);
      yield* page;
      if (page.length < pageRows) return;
      from = `${page.at(-1)}\0`;
    }
  }

  #found(path: string): FoundRow {
    const stored = this.#snapshot.read(path);
    if (stored === undefined) throw corruption('a row vanished');
    const hash = valueHash(stored);
    return { path, hash, open: () => this.#opened(path, stored, hash) };
  }

  #opened(path: string, stored: Buffer, hash: Buffer): CopiedRow {
    if (this.#isWithheld(path)) return { path, value: Buffer.alloc(0), hash };
    if (!sealedKinds.includes(kindOf(path))) return { path, value: stored };
    const { sealed, binding } = sealedRow(this.#keys, path);
    const { sealed: _, ...beside } = JSON.parse(stored.toString('utf8')) as Record<string, Canonical>;
    return { path, value: canonicalBytes(beside), hash, secret: this.#envelope.open(sealed, binding) };
  }
}
