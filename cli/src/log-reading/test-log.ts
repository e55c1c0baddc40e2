import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { LogSource } from '@ferrohsm/sdk/node';

/** A log of a test in memory, written by the specifications alone: RFC 6962 by recursion, C2SP tlog-tiles. */
export class TestLog implements LogSource {
  readonly files = new Map<string, Buffer>();
  readonly leaves: Buffer[] = [];
  readonly openings: Buffer[] = [];
  readonly origin = 'test.example/log';
  readonly #key: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } = generateKeyPairSync('ed25519');

  async read(path: string): Promise<Buffer | undefined> {
    return this.files.get(path);
  }

  add(record: object, opening: Buffer = Buffer.alloc(0)): void {
    this.leaves.push(Buffer.from(JSON.stringify(record)));
    this.openings.push(opening);
  }

  /** Records of one kind, a second apart. */
  fill(count: number): void {
    for (let i = this.leaves.length, end = i + count; i < end; i += 1) this.add(testRecord(i));
  }

  /** Writes all files for the leaves of now. */
  publish(): void {
    this.files.clear();
    let hashes = this.leaves.map((leaf) => sha256(Buffer.of(0), leaf));
    this.#writeParts('tile/entries', this.leaves.map(lengthPrefixed));
    this.#writeParts('personal', this.openings.map(lengthPrefixed));
    for (let level = 0; hashes.length > 0; level += 1) {
      this.#writeParts(`tile/${level}`, hashes);
      const full = Math.floor(hashes.length / 256);
      hashes = Array.from({ length: full }, (_, i) => treeRoot(hashes.slice(i * 256, (i + 1) * 256)));
    }
    this.files.set('checkpoint', this.checkpoint());
  }

  root(size = this.leaves.length): Buffer {
    return treeRoot(this.leaves.slice(0, size).map((leaf) => sha256(Buffer.of(0), leaf)));
  }

  checkpoint(): Buffer {
    const body = `${this.origin}\n${this.leaves.length}\n${this.root().toString('base64')}\n`;
    const signature = Buffer.concat([this.#keyId(), sign(null, Buffer.from(body), this.#key.privateKey)]);
    return Buffer.from(`${body}\n\u2014 ${this.origin} ${signature.toString('base64')}\n`);
  }

  /** C2SP signed-note. */
  get verifierKey(): string {
    return `${this.origin}+${this.#keyId().toString('hex')}+${this.#typedKey().toString('base64')}`;
  }

  #keyId(): Buffer {
    return sha256(Buffer.from(`${this.origin}\n`), this.#typedKey()).subarray(0, 4);
  }

  #typedKey(): Buffer {
    const raw = this.#key.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    return Buffer.concat([Buffer.of(1), raw]);
  }

  #writeParts(folder: string, items: readonly Buffer[]): void {
    for (let start = 0; start < items.length; start += 256) {
      const part = items.slice(start, start + 256);
      const number = String(start / 256).padStart(3, '0');
      this.files.set(`${folder}/${number}${part.length === 256 ? '' : `.p/${part.length}`}`, Buffer.concat(part));
    }
  }
}

export function testRecord(index: number, more: object = {}): Record<string, unknown> {
  const record = {
    operation: 'subtle.sign',
    outcome: 'ok',
    phase: 'use',
    time: 1_800_000_000_000 + index * 1000,
    v: 1,
  };
  return { ...record, ...more };
}

/** The commitment to personal fields and what opens it. */
export function commitTo(personal: object): { readonly actor: string; readonly opening: Buffer } {
  const opening = Buffer.concat([randomBytes(16), Buffer.from(JSON.stringify(personal))]);
  const label = Buffer.from('ferrohsm/audit-personal/v1\0');
  return { actor: sha256(label, opening).toString('base64url'), opening };
}

/** RFC 6962 section 2.1. */
function treeRoot(hashes: readonly Buffer[]): Buffer {
  const [only] = hashes;
  if (only === undefined) return sha256();
  if (hashes.length === 1) return only;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return sha256(Buffer.of(1), treeRoot(hashes.slice(0, split)), treeRoot(hashes.slice(split)));
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function lengthPrefixed(item: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(item.length);
  return Buffer.concat([length, item]);
}
