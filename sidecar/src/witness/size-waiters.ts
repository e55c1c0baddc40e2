interface Waiter {
  readonly size: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Those who wait until a checkpoint of at least their size has its quorum. */
export class SizeWaiters {
  readonly #waiters = new Set<Waiter>();
  #reachedSize = 0;
  #closed: Error | undefined;

  get reachedSize(): number {
    return this.#reachedSize;
  }

  /** @throws the reason of the signal, or of the close */
  async wait(size: number, signal: AbortSignal): Promise<void> {
    if (this.#closed !== undefined) throw this.#closed;
    signal.throwIfAborted();
    if (size <= this.#reachedSize) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { size, resolve, reject };
    const giveUp = () => reject(signal.reason);
    this.#waiters.add(waiter);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await promise;
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener('abort', giveUp);
    }
  }

  reached(size: number): void {
    this.#reachedSize = size;
    for (const waiter of this.#waiters) {
      if (waiter.size <= size) waiter.resolve();
    }
  }

  close(reason: Error): void {
    this.#closed = reason;
    for (const waiter of this.#waiters) waiter.reject(reason);
  }
}
