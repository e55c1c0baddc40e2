import { createPublicKey, verify } from 'node:crypto';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import { expect } from 'vitest';
import { headOf } from '../../sidecar/src/audit/test-log.ts';
import { witnessName } from './witness-process.ts';

const signatureLine = /^\u2014 (\S+) (\S+)$/;

/** Name, key id and signature of each line. */
export function linesOf(text: string) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, name = '', encoded = ''] = signatureLine.exec(line) ?? [];
      const bytes = Buffer.from(encoded, 'base64');
      return { name, id: bytes.subarray(0, 4).toString('hex'), time: bytes.subarray(4, 12), raw: bytes.subarray(12) };
    });
}

function publicKeyOf(vkey: string | undefined): Buffer {
  return Buffer.from(vkey?.split('+').slice(2).join('+') ?? '', 'base64').subarray(1);
}

/** Both messages of C2SP tlog-cosignature built by hand, checked with node:crypto and noble. */
export function expectCosignatures(text: string, checkpoint: string, vkeys: readonly string[]): void {
  const [classic, quantum, ...others] = linesOf(text);
  expect(others).toEqual([]);
  expect([classic?.name, quantum?.name]).toEqual([witnessName, witnessName]);
  expect([classic?.id, quantum?.id]).toEqual(vkeys.map((vkey) => vkey.split('+')[1]));
  const time = classic?.time.readBigUInt64BE() ?? 0n;
  expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60);
  expect(quantum?.time).toEqual(classic?.time);

  const body = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1);
  const x = publicKeyOf(vkeys[0]).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const message = Buffer.from(`cosignature/v1\ntime ${time}\n${body}`);
  expect(verify(null, message, key, classic?.raw ?? Buffer.alloc(0))).toBe(true);

  const [origin = ''] = checkpoint.split('\n');
  const { size, root } = headOf(checkpoint);
  const prefixed = (name: string) => Buffer.concat([Buffer.of(name.length), Buffer.from(name)]);
  const range = Buffer.alloc(16);
  range.writeBigUInt64BE(BigInt(size), 8);
  const subtree = [
    Buffer.from('subtree/v1\n\0'),
    prefixed(witnessName),
    classic?.time ?? Buffer.alloc(0),
    prefixed(origin),
    range,
    Buffer.from(root, 'base64'),
  ];
  const publicKey = publicKeyOf(vkeys[1]);
  expect(ml_dsa44.verify(quantum?.raw ?? Buffer.alloc(0), Buffer.concat(subtree), publicKey)).toBe(true);
}
