import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { type LogSigner, type LogSigners, signCheckpoint, verifierKeys } from '../../sidecar/src/audit/checkpoint.ts';
import { naiveRoot } from '../../sidecar/src/audit/test-log.ts';

/** Signs as a log does, with keys that a number decides. */
export function testSigners(fill: number): LogSigners {
  return { ed25519: signer('ed25519', 'raw-private', fill), mlDsa44: signer('ml-dsa-44', 'raw-seed', fill) };
}

function signer(
  asymmetricKeyType: 'ed25519' | 'ml-dsa-44',
  format: 'raw-private' | 'raw-seed',
  fill: number,
): LogSigner {
  const key = createPrivateKey({ key: Buffer.alloc(32, fill), format, asymmetricKeyType });
  const publicKey = createPublicKey(key).export({ format: 'raw-public' });
  return { publicKey, sign: (message) => sign(null, message, key) };
}

/** A log that signs whatever tree it is told to: what an owner of the log's keys can do. */
export interface TestLog {
  readonly origin: string;
  readonly signers: LogSigners;
}

/** Logs of one owner, each with an origin of its own. */
export function testLogs(count: number): TestLog[] {
  const signers = testSigners(1);
  return Array.from({ length: count }, (_, index) => ({ origin: `hsm.example/log-${index}`, signers }));
}

export function vkeysOf({ origin, signers }: TestLog): readonly string[] {
  return verifierKeys(origin, signers);
}

/** Entries whose number and history decide their text. */
export function entriesOf(count: number, history = 'true'): Buffer[] {
  return Array.from({ length: count }, (_, index) => Buffer.from(`${history} ${index}`));
}

/** A checkpoint over all the entries. */
export function signTree({ origin, signers }: TestLog, entries: readonly Uint8Array[]): string {
  return signCheckpoint(origin, { size: entries.length, root: naiveRoot(entries) }, signers, Date.now());
}

/** A request body of C2SP tlog-witness "add-checkpoint". */
export function submission(oldSize: number | string, proof: readonly Uint8Array[], checkpoint: string): string {
  const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`);
  return `old ${oldSize}\n${lines.join('')}\n${checkpoint}`;
}

/** The same for a tree that continues its first `oldSize` entries. */
export function growth(log: TestLog, oldSize: number, entries: readonly Uint8Array[]): string {
  return submission(oldSize, naiveProof(oldSize, entries), signTree(log, entries));
}

/** RFC 6962 section 2.1.2, written down as it stands there: PROOF(m, D[n]); empty where nothing is to be proven. */
export function naiveProof(m: number, entries: readonly Uint8Array[]): Buffer[] {
  return m === 0 || m > entries.length ? [] : subproof(m, entries, true);
}

function subproof(m: number, entries: readonly Uint8Array[], isKnown: boolean): Buffer[] {
  if (m === entries.length) return isKnown ? [] : [naiveRoot(entries)];
  // The largest power of two below n.
  const k = 2 ** (31 - Math.clz32(entries.length - 1));
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  if (m <= k) return [...subproof(m, left, isKnown), naiveRoot(right)];
  return [...subproof(m - k, right, false), naiveRoot(left)];
}
