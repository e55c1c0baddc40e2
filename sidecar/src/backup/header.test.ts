import canonicalize from 'canonicalize';
import { describe, expect, test } from 'vitest';
import { type BackupHeader, decodeHeader, encodeHeader, prefixBytes } from './header.ts';

const header: BackupHeader = {
  id: 'backup_AAAAAAAAAAAAAAAAAAAAAA',
  createdAt: 1_000,
  software: '0.0.0',
  log: { origin: 'hsm.example/log', keys: ['hsm.example/log+01234567+AAAA'], checkpoint: 'hsm.example/log\n0\nAAAA\n' },
  stateRoot: 'ab'.repeat(32),
  stateCounter: 7,
  counts: { key: 1 },
  recipient: { algorithm: 'MLKEM768-X25519', fingerprint: 'A'.repeat(43) },
  encapsulated: 'AAAA',
};

function read(changed: object): BackupHeader {
  return decodeHeader(Buffer.from(canonicalize({ ...header, ...changed }) as string, 'utf8'));
}

test('a header is read as it was written', () => {
  expect(decodeHeader(encodeHeader(header).subarray(prefixBytes))).toEqual(header);
});

describe('a header that anybody may have written is refused', () => {
  const { log, recipient } = header;
  test.each<[string, object]>([
    ['no log', { log: null }],
    ['a log of another shape', { log: { origin: 'a', checkpoint: 'a' } }],
    ['keys that are no text', { log: { ...log, keys: [1] } }],
    ['no checkpoint', { log: { ...log, checkpoint: 1 } }],
    ['no counts', { counts: null }],
    ['counts that are none', { counts: { key: 'many' } }],
    ['a time that no date has', { createdAt: 1e16 }],
    ['a time that is text', { createdAt: 'now' }],
    ['a negative counter', { stateCounter: -1 }],
    ['no recipient', { recipient: null }],
    ['a passphrase of nothing', { recipient: { ...recipient, passphrase: null } }],
    ['an escape in its id', { id: 'backup_\u001b[2J' }],
    ['a break in the origin of its log', { log: { ...log, origin: 'a\nresult  ok' } }],
    ['an escape in its checkpoint', { log: { ...log, checkpoint: 'a\n1\u001b]0;x\u0007\nAAAA\n' } }],
    ['text from right to left', { software: '1.0\u202e' }],
    ['an escape in a kind', { counts: { '\u009b2J': 1 } }],
    ['an escape in the root of its base', { base: { id: 'a', sha256: 'a', stateRoot: '\u001b' } }],
  ])('%s', (_, changed) => {
    expect(() => read(changed)).toThrow(expect.objectContaining({ code: 'data_invalid' }));
  });
});
