import { sha256 } from '@noble/hashes/sha2.js';
import canonicalize from 'canonicalize';
import type { LogSource } from './tile-source.ts';

/** A log in memory, written down from the specifications without the code under test. */

export const testOrigin = 'log.example/audit';

type Bytes = Uint8Array<ArrayBuffer>;

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

export function join(...parts: readonly Uint8Array[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A record of the log as its entry; the number makes it differ from others. */
export function recordEntry(number: number, more: object = {}): Bytes {
  const record = { v: 1, time: 1000 + number, phase: 'use', operation: 'subtle.sign', outcome: 'ok', ...more };
  return utf8(canonicalize('details' in more ? record : { ...record, details: { number } }) ?? '');
}

export function recordEntries(count: number): Bytes[] {
  return Array.from({ length: count }, (_, i) => recordEntry(i));
}

/** RFC 6962 section 2.1, as it stands there; each subtree is computed once. */
export class NaiveTree {
  readonly #leaves: readonly Uint8Array[];
  readonly #known = new Map<string, Bytes>();

  constructor(leaves: readonly Uint8Array[]) {
    this.#leaves = leaves;
  }

  /** MTH(D[start:end]). */
  root(start: number, end: number): Bytes {
    const known = this.#known.get(`${start}:${end}`) ?? this.#compute(start, end);
    this.#known.set(`${start}:${end}`, known);
    return known;
  }

  #compute(start: number, end: number): Bytes {
    if (end === start) return sha256(new Uint8Array());
    const leaf = this.#leaves[start];
    if (end - start === 1) return sha256(Uint8Array.of(0, ...(leaf ?? [])));
    const k = largestPowerBelow(end - start);
    return sha256(Uint8Array.of(1, ...this.root(start, start + k), ...this.root(start + k, end)));
  }

  /** Section 2.1.1, PATH(m, D[start:end]). */
  path(m: number, start: number, end: number): Bytes[] {
    if (end - start === 1) return [];
    const middle = start + largestPowerBelow(end - start);
    if (start + m < middle) return [...this.path(m, start, middle), this.root(middle, end)];
    return [...this.path(start + m - middle, middle, end), this.root(start, middle)];
  }

  /** Section 2.1.2, SUBPROOF(m, D[start:end], isWhole). */
  subproof(m: number, [start, end]: readonly [number, number], isWhole: boolean): Bytes[] {
    if (m === end - start) return isWhole ? [] : [this.root(start, end)];
    const middle = start + largestPowerBelow(end - start);
    if (start + m <= middle) return [...this.subproof(m, [start, middle], isWhole), this.root(middle, end)];
    return [...this.subproof(start + m - middle, [middle, end], false), this.root(start, middle)];
  }
}

/** The largest power of two smaller than n, for n above 1. */
export function largestPowerBelow(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** A key that signs notes. */
export interface TestSigner {
  readonly vkey: string;
  sign(message: Uint8Array): Promise<Bytes>;
  /** The signature line under a checkpoint or another note. */
  line(body: string): Promise<string>;
}

const signatureTypes = { 'Ed25519 log': 0x01, 'Ed25519 witness': 0x04, 'ML-DSA-44': 0x06 } as const;

/**
 * C2SP signed-note and tlog-cosignature.
 *
 * @param seconds since 1970 that its cosignatures state
 */
export async function makeSigner(
  name: string,
  kind: keyof typeof signatureTypes,
  seconds = 1_700_000_000n,
): Promise<TestSigner> {
  const algorithm = kind === 'ML-DSA-44' ? kind : 'Ed25519';
  const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const format = (kind === 'ML-DSA-44' ? 'raw-public' : 'raw') as 'raw';
  const publicKey = new Uint8Array(await crypto.subtle.exportKey(format, pair.publicKey));
  const typed = join(Uint8Array.of(signatureTypes[kind]), publicKey);
  const id = sha256(join(utf8(`${name}\n`), typed)).slice(0, 4);
  const sign = async (message: Uint8Array) =>
    new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, new Uint8Array(message)));
  return {
    vkey: `${name}+${hex(id)}+${base64(typed)}`,
    sign,
    async line(body) {
      const time = kind === 'Ed25519 log' ? new Uint8Array() : bigEndian(seconds);
      const signature = await sign(signedMessage(kind, name, body));
      return `\u2014 ${name} ${base64(join(id, time, signature))}\n`;
    },
  };

  function signedMessage(type: string, signer: string, body: string): Bytes {
    if (type === 'Ed25519 log') return utf8(body);
    if (type === 'Ed25519 witness') return utf8(`cosignature/v1\ntime ${seconds}\n${body}`);
    const [origin = '', size = '', root = ''] = body.split('\n');
    const [from, to] = [bigEndian(0n), bigEndian(BigInt(size))];
    const hash = Uint8Array.from(atob(root), (char) => char.charCodeAt(0));
    const named = (text: string) => join(Uint8Array.of(utf8(text).length), utf8(text));
    return join(utf8('subtree/v1\n\0'), named(signer), bigEndian(seconds), named(origin), from, to, hash);
  }
}

function bigEndian(value: bigint): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/** The two keys of a log. */
export function makeLogSigners(origin = testOrigin): Promise<TestSigner[]> {
  return Promise.all([makeSigner(origin, 'Ed25519 log'), makeSigner(origin, 'ML-DSA-44')]);
}

/** A signed note over any text. */
export async function signNote(body: string, signers: readonly TestSigner[]): Promise<string> {
  const lines = await Promise.all(signers.map((signer) => signer.line(body)));
  return `${body}\n${lines.join('')}`;
}

/** The files of a log by their paths; C2SP tlog-tiles. */
export interface TestLog {
  readonly files: Map<string, Uint8Array>;
  readonly source: LogSource;
  readonly tree: NaiveTree;
  /** Paths that were read, in their order. */
  readonly reads: string[];
}

export async function makeLog(
  entries: readonly Uint8Array[],
  signers: readonly TestSigner[],
  origin = testOrigin,
): Promise<TestLog> {
  const tree = new NaiveTree(entries);
  const files = new Map<string, Uint8Array>();
  for (let start = 0; start < entries.length; start += 256) {
    const bundle = entries.slice(start, start + 256).map((entry) => [entry.length >> 8, entry.length & 255, ...entry]);
    files.set(pathOf('entries', start / 256, bundle.length), Uint8Array.from(bundle.flat()));
  }
  for (let level = 0, span = 1; span <= entries.length; level += 1, span *= 256) {
    const hashes = Array.from({ length: Math.floor(entries.length / span) }, (_, i) =>
      tree.root(i * span, (i + 1) * span),
    );
    for (let first = 0; first < hashes.length; first += 256) {
      const tile = hashes.slice(first, first + 256);
      files.set(pathOf(level, first / 256, tile.length), join(...tile));
    }
  }
  const body = `${origin}\n${entries.length}\n${base64(tree.root(0, entries.length))}\n`;
  files.set('checkpoint', utf8(await signNote(body, signers)));
  return { files, tree, ...sourceOf(files) };
}

function sourceOf(files: ReadonlyMap<string, Uint8Array>): { source: LogSource; reads: string[] } {
  const reads: string[] = [];
  const read = async (path: string) => {
    reads.push(path);
    return files.get(path);
  };
  return { source: { read }, reads };
}

/** For fewer than 1,000 tiles of a level. */
function pathOf(level: number | 'entries', index: number, width: number): string {
  return `tile/${level}/${String(index).padStart(3, '0')}${width === 256 ? '' : `.p/${width}`}`;
}
