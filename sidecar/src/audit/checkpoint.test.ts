import { createPublicKey, verify } from 'node:crypto';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import { expect, test } from 'vitest';
import { isValidOrigin, openOwnCheckpoint, signCheckpoint, verifierKey, verifierKeys } from './checkpoint.ts';
import { logOrigin, signers } from './test-log.ts';

const head = { size: 20_852_163, root: Buffer.alloc(32, 7) };
const note = signCheckpoint(logOrigin, head, signers, 1_679_315_147_999);

function signatureOf(line: string): Buffer {
  return Buffer.from(line.split(' ')[2] ?? '', 'base64').subarray(4);
}

test('the verifier key of the example in C2SP signed-note', () => {
  const publicKey = Buffer.from('6TJ5GubnqECkYWTJBHhkJtXngh3YspoA1hyucq/dTaQ=', 'base64');
  expect(verifierKey('example.com/foo', 1, publicKey)).toBe(
    'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  );
});

test('a checkpoint has the lines of C2SP tlog-checkpoint and one signature of each kind', () => {
  const lines = note.split('\n');
  expect(lines.slice(0, 4)).toEqual([logOrigin, '20852163', 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=', '']);
  expect(lines.slice(4, 6).map((line) => line.startsWith(`\u2014 ${logOrigin} `))).toEqual([true, true]);
  expect(lines.slice(6)).toEqual(['']);
});

test('the Ed25519 line signs the text before the empty line', () => {
  const [body = '', lines = ''] = note.split('\n\n');
  const x = Buffer.from(signers.ed25519.publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  expect(verify(null, Buffer.from(`${body}\n`), key, signatureOf(lines.split('\n')[0] ?? ''))).toBe(true);
});

test('the ML-DSA-44 line signs the cosigned message of C2SP tlog-cosignature, checked with noble', () => {
  const timed = signatureOf(note.split('\n')[5] ?? '');
  expect(timed.readBigUInt64BE(0)).toBe(1_679_315_147n);
  const name = Buffer.concat([Buffer.of(logOrigin.length), Buffer.from(logOrigin)]);
  const range = Buffer.alloc(16);
  range.writeBigUInt64BE(BigInt(head.size), 8);
  const message = Buffer.concat([Buffer.from('subtree/v1\n\0'), name, timed.subarray(0, 8), name, range, head.root]);
  expect(ml_dsa44.verify(timed.subarray(8), message, signers.mlDsa44.publicKey)).toBe(true);
});

test('the own checkpoint is recognized, an altered or foreign one is not', () => {
  const cosigned = `${note}\u2014 witness.example/w1 AAAAAAAA\n`;
  expect(openOwnCheckpoint(note, logOrigin, signers)).toEqual({ head, note, cosignatures: '' });
  expect(openOwnCheckpoint(cosigned, logOrigin, signers)).toEqual({
    head,
    note,
    cosignatures: cosigned.slice(note.length),
  });
  expect(openOwnCheckpoint(note, 'hsm.example/other', signers)).toBeUndefined();
  expect(openOwnCheckpoint(note.replace('20852163', '20852162'), logOrigin, signers)).toBeUndefined();
  expect(openOwnCheckpoint(note, logOrigin, { ...signers, ed25519: signers.mlDsa44 })).toBeUndefined();
  expect(openOwnCheckpoint(note.split('\n').slice(0, 5).join('\n'), logOrigin, signers)).toBeUndefined();
});

test('the verifier keys are those of both algorithms, Ed25519 first', () => {
  const typed = verifierKeys(logOrigin, signers).map((key) => Buffer.from(key.split('+').slice(2).join('+'), 'base64'));
  expect(typed).toEqual([
    Buffer.concat([Buffer.of(1), signers.ed25519.publicKey]),
    Buffer.concat([Buffer.of(6), signers.mlDsa44.publicKey]),
  ]);
});

test.each([
  ['hsm.example/audit', true],
  ['', false],
  ['a b', false],
  ['a+b', false],
  ['a\u2003b', false],
  ['a\nb', false],
  ['\ud800', false],
  ['x'.repeat(256), false],
])('origin %j is usable: %s', (origin, expected) => {
  expect(isValidOrigin(origin)).toBe(expected);
});
