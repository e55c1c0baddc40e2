import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KeyRecord, RotationPolicy } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { Soonest } from '../lifecycle/soonest.ts';
import type { KeyRotation } from './key-rotation.ts';
import type { RotationPolicies } from './rotation-policies.ts';

export interface RotationWatchOptions {
  readonly keystore: Pick<Keystore, 'get' | 'list'>;
  readonly policies: Pick<RotationPolicies, 'changes' | 'list' | 'of'>;
  readonly rotation: Pick<KeyRotation, 'dueMs'>;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
  /** Keys that it may remember; twice as many for moments. */
  readonly capacity?: number;
}

/** What cannot be rotated is looked at again so soon. */
const retryMs = 60_000;

/** Keys that are looked at before others have their turn: some 2 ms. */
const keysPerTurn = 8;

/**
 * Which keys the rotation policies ask for a next version of. A policy is written into no key, so that a change of one
 * costs the same however many keys it is about. Instead these keys are looked at once, those that come first are
 * remembered, and only when the last of them had its turn are all looked at again. What changes meanwhile is told.
 */
export class RotationWatch {
  readonly #options: RotationWatchOptions;
  readonly #soonest: Soonest;
  /** The state of the policies under which their keys were looked at last. */
  #looked: number | undefined;

  constructor(options: RotationWatchOptions) {
    this.#options = options;
    this.#soonest = new Soonest(options.capacity ?? 4096);
  }

  /** A key is new, or has changed. */
  changed(record: KeyRecord): void {
    if (this.#options.policies.list().length > 0) this.#soonest.set(record.id, this.#dueMs(record));
  }

  /** Ids of keys that are due by now, each until it is not any more. */
  async *due(): AsyncGenerator<string, void> {
    const { policies, now } = this.#options;
    if (policies.list().length === 0) return;
    for (const id of this.#soonest.take(now())) yield* this.#offer(id);
    if (this.#looked !== policies.changes || this.#soonest.horizonMs <= now()) yield* this.#lookAtAll();
  }

  async *#lookAtAll(): AsyncGenerator<string, void> {
    const { policies, now } = this.#options;
    const { changes } = policies;
    this.#looked = undefined;
    this.#soonest.clear();
    for (const { labels } of policies.list()) {
      for await (const record of this.#keysWith(labels)) {
        const dueMs = this.#dueMs(record);
        if (dueMs <= now()) yield* this.#offer(record.id);
        else this.#soonest.set(record.id, dueMs);
        // Under other policies other keys come first: the next round begins anew.
        if (policies.changes !== changes) return;
      }
    }
    this.#looked = changes;
  }

  /** Page by page; others have their turn in between. */
  async *#keysWith(labels: RotationPolicy['labels']): AsyncGenerator<KeyRecord, void> {
    const query = { limit: keysPerTurn, terms: { labels, state: 'active' } } as const;
    for (let after: string | undefined; ; await nextTurn()) {
      const records = await this.#options.keystore.list({ ...query, ...(after !== undefined && { after }) });
      yield* records;
      if (records.length < keysPerTurn) return;
      after = records.at(-1)?.name;
    }
  }

  async *#offer(id: string): AsyncGenerator<string, void> {
    const { keystore, now } = this.#options;
    yield id;
    const left = await keystore.get(id);
    if (left === undefined) return;
    const dueMs = this.#dueMs(left);
    this.#soonest.set(id, dueMs <= now() ? now() + retryMs : dueMs);
  }

  /** What the key's own schedule alone asks for, the keystore knows. */
  #dueMs(record: KeyRecord): number {
    const effective = this.#options.policies.of(record);
    if (effective === undefined || Object.keys(effective.policies).length === 0) return Number.POSITIVE_INFINITY;
    return this.#options.rotation.dueMs(record, effective);
  }
}
