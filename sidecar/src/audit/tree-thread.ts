import { Worker } from 'node:worker_threads';
import { SidecarError } from '../errors.ts';
import type { Erasure } from './erasure.ts';
import { payloadRecords } from './journal-payload.ts';
import type { LogTree } from './log-tree.ts';
import type { LoggedRecord } from './logged-record.ts';
import type { Extent } from './tending.ts';
import type { TreeHead } from './tree.ts';
import type { TreeStart } from './tree-keeper.ts';
import { buffersIn, type TreeAnswer, type TreeCall } from './tree-messages.ts';

/** Records are posted when this many bytes of them wait, or when somebody asks for something. */
const postedBytes = 1 << 18;

interface Waiter {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: SidecarError) => void;
}

/** The tree on a thread of its own: hashing and writing tiles cost the thread that answers requests nothing. */
export class TreeThread implements LogTree {
  readonly #worker: Worker;
  readonly #waiters = new Map<number, Waiter>();
  #lastId = 0;
  #blocks: Buffer[] = [];
  #blockBytes = 0;
  #failure: SidecarError | undefined;

  /** @param entry program of the thread */
  constructor(entry: URL, start: TreeStart) {
    this.#worker = new Worker(entry, {
      name: 'ferrohsm-log',
      workerData: start,
      // Neither the flags nor the environment of the process are the thread's business.
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {},
    });
    this.#worker.on('message', (answer: TreeAnswer) => this.#settle(answer));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#worker.on('exit', () => this.#fail(undefined));
    this.#worker.unref();
  }

  add(payload: Buffer): void {
    // A block without its first byte is a bundle, and bundles are joined by putting one behind the other.
    const bundle = payload.subarray(1);
    this.#blocks.push(bundle);
    this.#blockBytes += bundle.length;
    if (this.#blockBytes >= postedBytes) this.#post();
  }

  write(size: number): Promise<TreeHead> {
    return this.#ask({ name: 'write', size });
  }

  published(): Promise<void> {
    return this.#ask({ name: 'published' });
  }

  records(start: number, end: number): Promise<LoggedRecord[]> {
    return this.#ask({ name: 'records', start, end });
  }

  inclusion(index: number, size: number): Promise<Buffer[]> {
    return this.#ask({ name: 'inclusion', index, size });
  }

  consistency(earlierSize: number, size: number): Promise<Buffer[]> {
    return this.#ask({ name: 'consistency', earlierSize, size });
  }

  tend(group: number, extent: Extent): Promise<void> {
    return this.#ask({ name: 'tend', group, extent });
  }

  erase(erasure: Erasure): Promise<number> {
    return this.#ask({ name: 'erase', erasure });
  }

  async close(): Promise<void> {
    this.#failure ??= ended(undefined);
    await this.#worker.terminate();
  }

  #post(): void {
    if (this.#blocks.length === 0) return;
    const bytes = Buffer.allocUnsafeSlow(1 + this.#blockBytes);
    let at = bytes.writeUInt8(payloadRecords);
    for (const block of this.#blocks) at += block.copy(bytes, at);
    this.#blocks = [];
    this.#blockBytes = 0;
    this.#worker.postMessage({ name: 'add', payload: bytes }, [bytes.buffer]);
  }

  #ask<Result>(call: TreeCall): Promise<Result> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#post();
      const id = ++this.#lastId;
      this.#waiters.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, ...call });
    }) as Promise<Result>;
  }

  #settle(answer: TreeAnswer): void {
    const waiter = this.#waiters.get(answer.id);
    this.#waiters.delete(answer.id);
    if (this.#waiters.size === 0) this.#worker.unref();
    if ('result' in answer) waiter?.resolve(buffersIn(answer.result));
    else waiter?.reject(new SidecarError(answer.code, answer.detail));
  }

  #fail(cause: unknown): void {
    this.#failure ??= ended(cause);
    for (const { reject } of this.#waiters.values()) reject(this.#failure);
    this.#waiters.clear();
  }
}

function ended(cause: unknown): SidecarError {
  return new SidecarError('audit_unavailable', 'the thread of the log ended', { cause });
}
