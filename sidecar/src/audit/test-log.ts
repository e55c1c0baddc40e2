import { createPrivateKey, createPublicKey, hash, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../secret.ts';
import type { LogSigner, LogSigners } from './checkpoint.ts';
import { type OpenAuditLogOptions, openAuditLog } from './open-log.ts';
import type { AuditEntry } from './record-encoding.ts';

/** What the tests of the log share. */
export const logOrigin = 'hsm.example/host-a/audit';

export const signers: LogSigners = signersOf(1);

/** Keys from a seed of that byte, and from the next one. */
export function signersOf(fill: number): LogSigners {
  return Object.freeze({
    ed25519: signer('ed25519', 'raw-private', fill),
    mlDsa44: signer('ml-dsa-44', 'raw-seed', fill + 1),
  });
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

/** An empty folder that is removed at the end of the scope. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'ferrohsm-audit-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Opens a log with small segments and without checkpoints by time, unless the options say otherwise. */
export function openLog(folder: string, options: Partial<OpenAuditLogOptions> = {}) {
  return openAuditLog({
    folder,
    origin: logOrigin,
    signers,
    software: '0.0.0-test',
    macKey: Secret.copy(Buffer.alloc(32, 3)),
    segmentBytes: 16_384,
    checkpointIntervalMs: 3_600_000,
    checkpointSpacingMs: 0,
    ...options,
  });
}

export function entry(number: number): AuditEntry {
  return {
    phase: 'use',
    operation: 'subtle.sign',
    outcome: 'ok',
    personal: { principal: 'payments' },
    details: { number },
  };
}

/** Appends `count` records at once and answers their indexes. */
export function appendMany(log: { append(entry: AuditEntry): Promise<number> }, start: number, count: number) {
  return Promise.all(Array.from({ length: count }, (_, i) => log.append(entry(start + i))));
}

/** Files of a log for the SDK's verifier. */
export function sourceOf(folder: string): { read(path: string): Promise<Uint8Array | undefined> } {
  return {
    async read(path) {
      try {
        return readFileSync(join(folder, path));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}

/** RFC 6962 section 2.1, written down as it stands there: MTH(D[n]). */
export function naiveRoot(leaves: readonly Uint8Array[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return hash('sha256', '', 'buffer');
  if (leaves.length === 1) return hash('sha256', Buffer.concat([Buffer.of(0), only]), 'buffer');
  const k = largestPowerBelow(leaves.length);
  const children = [naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k))];
  return hash('sha256', Buffer.concat([Buffer.of(1), ...children]), 'buffer');
}

function largestPowerBelow(n: number): number {
  return 2 ** Math.ceil(Math.log2(n) - 1);
}

/** Entries of a whole log straight from its bundles (C2SP tlog-tiles), for logs below 256,000 records. */
export function entriesOnDisk(folder: string, size: number): Buffer[] {
  const entries: Buffer[] = [];
  for (let index = 0; entries.length < size; index += 1) {
    const width = Math.min(256, size - index * 256);
    const name = String(index).padStart(3, '0') + (width === 256 ? '' : `.p/${width}`);
    const bundle = readFileSync(join(folder, 'tile/entries', name));
    for (let at = 0; at < bundle.length; ) {
      const length = bundle.readUInt16BE(at);
      entries.push(bundle.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return entries;
}

/** Size and root in a checkpoint. */
export function headOf(note: string): { size: number; root: string } {
  const [, size = '', root = ''] = note.split('\n');
  return { size: Number(size), root };
}
