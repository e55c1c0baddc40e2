import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { secretPem } from './pem.ts';

test('equals the PEM of node:crypto', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  expect(secretPem('PRIVATE KEY', der).toString()).toBe(privateKey.export({ type: 'pkcs8', format: 'pem' }));
});

test('encodes any length as Buffer does, in lines of 64', () => {
  for (let length = 0; length < 200; length += 1) {
    const bytes = Buffer.alloc(length, length + 1);
    const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
    expect(secretPem('X', bytes).toString()).toBe(['-----BEGIN X-----', ...lines, '-----END X-----', ''].join('\n'));
  }
});
