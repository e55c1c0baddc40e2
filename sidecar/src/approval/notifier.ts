import { setTimeout as delay } from 'node:timers/promises';
import type { Event } from '../generated/types.ts';

/** Delivers one event once; its failure is thrown. */
export type Deliver = (delivery: Delivery) => Promise<void>;

export interface Delivery {
  /** The same for every attempt, so that the receiver recognizes a repetition. */
  readonly id: string;
  readonly event: Event;
  /** Aborted when the sidecar stops. */
  readonly signal: AbortSignal;
}

/** Brings events to where people see them, beside all requests. */
export interface Notifier {
  /** Returns at once; failures are told to `onError`. */
  notify(event: Event): void;
  /** Gives up what is under way. */
  close(): Promise<void>;
}

export interface NotifierOptions {
  /** One for each hook. */
  readonly hooks: readonly { readonly name: string; readonly deliver: Deliver }[];
  readonly onError: (error: unknown, hook: string) => void;
  readonly newId: () => string;
  /** Before each further attempt, default 1 s, 5 s and 25 s. */
  readonly retryDelaysMs?: readonly number[];
  /** Deliveries of one hook at once, default 2. */
  readonly concurrency?: number;
  /** Events that wait for a hook, default 256; more are dropped and told of. */
  readonly maxQueued?: number;
}

const defaultRetryDelaysMs: readonly number[] = Object.freeze([1_000, 5_000, 25_000]);

export function createNotifier(options: NotifierOptions): Notifier {
  const { newId } = options;
  const stop = new AbortController();
  const queues = options.hooks.map(({ name, deliver }) => new HookQueue(name, deliver, options, stop.signal));
  return {
    notify(event) {
      const id = newId();
      for (const queue of queues) queue.add({ id, event, signal: stop.signal });
    },
    async close() {
      stop.abort();
      await Promise.all(queues.map((queue) => queue.ended()));
    },
  };
}

class HookQueue {
  readonly #name: string;
  readonly #deliver: Deliver;
  readonly #options: NotifierOptions;
  readonly #stop: AbortSignal;
  readonly #waiting: Delivery[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(name: string, deliver: Deliver, options: NotifierOptions, stop: AbortSignal) {
    this.#name = name;
    this.#deliver = deliver;
    this.#options = options;
    this.#stop = stop;
  }

  add(delivery: Delivery): void {
    const { maxQueued = 256, onError } = this.#options;
    if (this.#stop.aborted) return;
    if (this.#waiting.length >= maxQueued) {
      onError(new Error(`event ${delivery.event.id} was dropped: too many wait`), this.#name);
      return;
    }
    this.#waiting.push(delivery);
    this.#startNext();
  }

  async ended(): Promise<void> {
    this.#waiting.length = 0;
    await Promise.all(this.#running);
  }

  #startNext(): void {
    const { concurrency = 2 } = this.#options;
    if (this.#running.size >= concurrency) return;
    const delivery = this.#waiting.shift();
    if (delivery === undefined) return;
    const run = this.#attempt(delivery).finally(() => {
      this.#running.delete(run);
      this.#startNext();
    });
    this.#running.add(run);
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { retryDelaysMs = defaultRetryDelaysMs, onError } = this.#options;
    for (const waitMs of [...retryDelaysMs, undefined]) {
      try {
        await this.#deliver(delivery);
        return;
      } catch (error) {
        if (this.#stop.aborted) return;
        onError(error, this.#name);
      }
      if (waitMs !== undefined) await delay(waitMs, undefined, { signal: this.#stop }).catch(() => undefined);
      if (this.#stop.aborted) return;
    }
  }
}
