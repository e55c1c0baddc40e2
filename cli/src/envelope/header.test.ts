import assert from 'node:assert/strict';
import { test } from 'vitest';
import { EnvelopeReader, encodePrefix } from './header.ts';

test('the prefix is magic, format, kind and key version', () => {
  assert.equal(encodePrefix({ kind: 2, keyVersion: 258 }).toString('hex'), '4648534d010200000102');
});

test('a reader gives the parts in their order and remembers the header', () => {
  const envelope = new EnvelopeReader(Buffer.from('4648534d010200000102' + '00000003aabbcc' + '0102' + 'ffff', 'hex'));
  assert.equal(envelope.kind, 2);
  assert.equal(envelope.keyVersion, 258);
  assert.equal(envelope.takeCounted().toString('hex'), 'aabbcc');
  assert.equal(envelope.take(2).toString('hex'), '0102');
  assert.equal(envelope.header.toString('hex'), '4648534d010200000102' + '00000003aabbcc' + '0102');
  assert.equal(envelope.rest().toString('hex'), 'ffff');
  assert.throws(() => envelope.take(1), { exitStatus: 65, message: /cut off/ });
});

test.each([
  ['', /not an envelope/],
  ['4648534d02010000000100', /not an envelope/],
  ['4648534d010100', /cut off/],
])('"%s" is refused', (hex, message) => {
  assert.throws(() => new EnvelopeReader(Buffer.from(hex, 'hex')), { exitStatus: 65, message });
});

test('a length beyond the end is refused', () => {
  const envelope = new EnvelopeReader(Buffer.from('4648534d0102000001' + '02' + 'ffffffff00', 'hex'));
  assert.throws(() => envelope.takeCounted(), { exitStatus: 65 });
});
