import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KeyRecord, RotationPolicy } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { Soonest } from '../lifecycle/soonest.ts';
import { inTurns } from './in-turns.ts';
import type { KeyRotation } from './key-rotation.ts';
import { listedKeys } from './listed-keys.ts';
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

/** When a key is to be looked at, in milliseconds since 1970. */
interface Sighting {
  /** Its id; its name where it could not be read. */
  readonly key: string;
  readonly dueMs: number;
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

  /** A key is new, or has changed. The record may be of an earlier time, that of a request which is answered again. */
  changed({ id }: Pick<KeyRecord, 'id'>): void {
    const { policies, now } = this.#options;
    if (policies.list().length > 0) this.#soonest.tell(id, now());
  }

  /**
   * Keys that are due by now, by id; also what cannot be read, by id or name, for whoever tends it to hear why.
   *
   * @param isStopped ends a walk, which may take minutes without a key that is due
   */
  async *due(isStopped: () => boolean = () => false): AsyncGenerator<string, void> {
    const { policies, now } = this.#options;
    if (policies.list().length === 0) return;
    yield* this.#known();
    if (this.#looked !== policies.changes || this.#soonest.horizonMs <= now()) yield* this.#lookAtAll(isStopped);
  }

  /** Those whose time has come, of the keys that are remembered, and of those that are told of in the meantime. */
  async *#known(): AsyncGenerator<string, void> {
    const { now } = this.#options;
    for (let keys = this.#soonest.take(now()); keys.length > 0; keys = this.#soonest.take(now())) {
      for (const [index, key] of keys.entries()) {
        if (index % keysPerTurn === keysPerTurn - 1) await nextTurn();
        yield* this.#offer(await this.#look(key));
      }
    }
  }

  *#offer({ key, dueMs }: Sighting): Generator<string, void> {
    const { now } = this.#options;
    const isDue = dueMs <= now();
    // Told before, because a rotation tells of a change, which counts.
    this.#soonest.tell(key, isDue ? now() + retryMs : dueMs);
    if (isDue) yield key;
  }

  /** No policy waits for all keys of another, and nothing that is remembered for the end of the walk. */
  async *#lookAtAll(isStopped: () => boolean): AsyncGenerator<string, void> {
    const { policies } = this.#options;
    const { changes } = policies;
    this.#looked = undefined;
    this.#soonest.beginAnew();
    for await (const page of inTurns(policies.list().map(({ labels }) => this.#pages(labels)))) {
      for (const { key, dueMs } of page) this.#soonest.tell(key, dueMs);
      yield* this.#known();
      // Under other policies other keys come first: the next round begins anew.
      if (policies.changes !== changes || isStopped()) return;
      await nextTurn();
    }
    this.#looked = changes;
  }

  async *#pages(labels: RotationPolicy['labels']): AsyncGenerator<readonly Sighting[], void> {
    const query = { limit: keysPerTurn, terms: { labels, state: 'active' } } as const;
    for (let after: string | undefined; ; ) {
      const keys = await listedKeys(this.#options.keystore, { ...query, ...(after !== undefined && { after }) });
      yield await Promise.all(
        keys.map(({ name, record }) => (record === undefined ? this.#look(name) : this.#sighting(record))),
      );
      if (keys.length < keysPerTurn) return;
      after = keys.at(-1)?.name;
    }
  }

  /** What cannot be read is due, because whoever tends it hears why. */
  async #look(nameOrId: string): Promise<Sighting> {
    try {
      const record = await this.#options.keystore.get(nameOrId);
      return record === undefined ? { key: nameOrId, dueMs: Number.POSITIVE_INFINITY } : this.#sighting(record);
    } catch {
      return { key: nameOrId, dueMs: this.#options.now() };
    }
  }

  /** What the key's own schedule alone asks for, the keystore knows. */
  #sighting(record: KeyRecord): Sighting {
    const effective = this.#options.policies.of(record);
    const isAsked = effective !== undefined && Object.keys(effective.policies).length > 0;
    return {
      key: record.id,
      dueMs: isAsked ? this.#options.rotation.dueMs(record, effective) : Number.POSITIVE_INFINITY,
    };
  }
}
