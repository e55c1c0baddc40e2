import { createHash, randomBytes } from 'node:crypto';
import type { LogSource } from '@ferrohsm/sdk/node';
import {
  join,
  makeLog,
  makeLogSigners,
  type NaiveTree,
  recordEntry,
  signNote,
  type TestSigner,
  testOrigin,
} from '../../../sdk/src/transparency/test-log.ts';
import { rotationEntry, vkeys } from '../../../sdk/src/transparency/test-rotation.ts';

/** A log of a test in memory that grows, with what opens the commitments beside it. */
export class TestLog implements LogSource {
  readonly files = new Map<string, Uint8Array>();
  readonly #entries: Uint8Array[] = [];
  readonly #openings: Uint8Array[] = [];
  #signers: readonly TestSigner[];
  #tree: NaiveTree | undefined;

  private constructor(signers: readonly TestSigner[]) {
    this.#signers = signers;
  }

  static async make(): Promise<TestLog> {
    return new TestLog(await makeLogSigners());
  }

  /** With so many records, published. */
  static async of(count: number): Promise<TestLog> {
    const log = await TestLog.make();
    log.fill(count);
    await log.publish();
    return log;
  }

  /** The keys of now. */
  get keys(): string[] {
    return vkeys(this.#signers);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.files.get(path);
  }

  add(more: object = {}, opening: Uint8Array = new Uint8Array()): void {
    this.#entries.push(recordEntry(this.#entries.length, more));
    this.#openings.push(opening);
  }

  fill(count: number): void {
    for (let i = 0; i < count; i += 1) this.add();
  }

  /** Records new keys, which sign from the next publication on. */
  async rotateKeys(): Promise<void> {
    const [from, to] = [this.#signers, await makeLogSigners()];
    this.#entries.push(await rotationEntry(this.#entries.length, { from, to }));
    this.#openings.push(new Uint8Array());
    this.#signers = to;
  }

  /** Writes all files for the records of now. */
  async publish(): Promise<void> {
    const { files, tree } = await makeLog(this.#entries, this.#signers);
    this.files.clear();
    for (const [path, bytes] of files) this.files.set(path, bytes);
    for (let start = 0; start < this.#openings.length; start += 256) {
      const bundle = this.#openings.slice(start, start + 256);
      const width = bundle.length === 256 ? '' : `.p/${bundle.length}`;
      const items = bundle.map((opening) => [opening.length >> 8, opening.length & 255, ...opening]);
      this.files.set(`personal/${String(start / 256).padStart(3, '0')}${width}`, Uint8Array.from(items.flat()));
    }
    this.#tree = tree;
  }

  /** Takes away the bundles below, with the note that says so; by other keys where the log's own are not meant. */
  async prune(minimumIndex: number, signers: readonly TestSigner[] = this.#signers): Promise<void> {
    for (const path of this.files.keys()) {
      const [, bundle] = /^(?:tile\/(?:entries|0)|personal)\/(\d{3})$/.exec(path) ?? [];
      if (bundle !== undefined && (Number(bundle) + 1) * 256 <= minimumIndex) this.files.delete(path);
    }
    const body = `${testOrigin}\nferrohsm-retention/v1\nminimum-index ${minimumIndex}\n`;
    this.files.set('retention', Buffer.from(await signNote(body, signers.slice(0, 1))));
  }

  /** RFC 6962 by recursion, of the records that were published. */
  root(size: number): Uint8Array {
    if (this.#tree === undefined) throw new Error('not published yet');
    return this.#tree.root(0, size);
  }
}

/** The commitment to personal fields and what opens it. */
export function commitTo(personal: object): { readonly actor: string; readonly opening: Buffer } {
  const opening = Buffer.concat([randomBytes(16), Buffer.from(JSON.stringify(personal))]);
  const committed = join(Buffer.from('ferrohsm/audit-personal/v1\0'), opening);
  return { actor: createHash('sha256').update(committed).digest('base64url'), opening };
}
