import type { Rpc } from '../client/rpc.ts';
import type { KeyHandle } from '../generated/types.ts';

const delayMs = 200;
/** `session.release` takes at most so many. */
const batchSize = 1000;

/** Collects session keys that nobody holds any more and tells the sidecar in batches. */
export class ReleaseQueue {
  readonly #rpc: Rpc;
  #sessionNumber: number | undefined;
  #handles: KeyHandle[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #registry = new FinalizationRegistry<{ handle: KeyHandle; sessionNumber: number }>(
    ({ handle, sessionNumber }) => this.add(handle, sessionNumber),
  );

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /** Releases the session key when the object is collected. */
  watch(key: CryptoKey, handle: KeyHandle, sessionNumber: number): void {
    this.#registry.register(key, { handle, sessionNumber });
  }

  add(handle: KeyHandle, sessionNumber: number): void {
    if (sessionNumber !== this.#sessionNumber) this.#handles = [];
    this.#sessionNumber = sessionNumber;
    this.#handles.push(handle);
    if (this.#handles.length >= batchSize) this.#flush();
    else this.#timer ??= this.#startTimer();
  }

  #startTimer(): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => this.#flush(), delayMs);
    // Node, Deno and Bun: a waiting release must not keep the process alive, its end releases everything.
    (timer as { unref?: () => void }).unref?.();
    return timer;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [first, ...rest] = this.#handles;
    this.#handles = [];
    // The keys of an earlier connection died with it.
    if (first === undefined || this.#sessionNumber !== this.#rpc.sessionNumber) return;
    // Nobody waits for the answer: what is not released now goes with the connection.
    this.#rpc.call('session.release', { handles: [first, ...rest] }).catch(() => undefined);
  }
}
