import type { AuditRecord } from '@ferrohsm/sdk/node';
import { expect } from 'vitest';
import { recordsFrom } from './log-reader.ts';

/** What clients were answered, against what the log holds. */
export class Acknowledged {
  readonly #signatures = new Map<string, number>();
  readonly #keyNames = new Set<string>();
  readonly #recordedSignatures = new Map<string, number>();
  readonly #recordedNames = new Set<string>();
  readonly #openIntents = new Set<string>();
  #readSize = 0;

  /** A signature came back. */
  signed(session: string): void {
    count(this.#signatures, session);
  }

  /** A key was said to be made. */
  created(name: string): void {
    this.#keyNames.add(name);
  }

  get signatures(): number {
    return sum(this.#signatures);
  }

  get keys(): number {
    return this.#keyNames.size;
  }

  /** Names of the keys that were said to be made. */
  get keyNames(): ReadonlySet<string> {
    return this.#keyNames;
  }

  /** Takes in what the log has gained. */
  readLog(log: string): void {
    const records = recordsFrom(log, this.#readSize);
    this.#readSize += records.length;
    for (const record of records) this.#take(record);
  }

  /** Answers without a record. A digest in a record is keyed, so signatures are counted for each session. */
  missing(): { readonly signatures: number; readonly keys: readonly string[] } {
    const unrecorded = [...this.#signatures].map(([session, answers]) =>
      Math.max(0, answers - (this.#recordedSignatures.get(session) ?? 0)),
    );
    return {
      signatures: unrecorded.reduce((total, answers) => total + answers, 0),
      keys: [...this.#keyNames].filter((name) => !this.#recordedNames.has(name)),
    };
  }

  /** All answers have their record, and each intent its result. */
  expectComplete(): void {
    expect(this.missing()).toEqual({ signatures: 0, keys: [] });
    expect([...this.#openIntents]).toEqual([]);
  }

  #take({ phase, operation, outcome, session = '', resource = '', id = '' }: AuditRecord): void {
    if (phase === 'intent') this.#openIntents.add(id);
    if (phase === 'result') this.#openIntents.delete(id);
    if (outcome !== 'ok') return;
    if (operation === 'subtle.sign') count(this.#recordedSignatures, session);
    if (operation === 'keys.create' && phase === 'result') this.#recordedNames.add(resource);
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, value) => total + value, 0);
}
