import * as jose from 'jose';
import { expect, test } from 'vitest';
import { type Algorithm, p256, rsa, useSidecar } from './test-sidecar.ts';

const sidecar = useSidecar({ isGlobal: true });

const signatures: Record<string, Algorithm> = {
  ES256: p256,
  ES512: { name: 'ECDSA', namedCurve: 'P-521' },
  EdDSA: 'Ed25519',
  PS256: rsa('RSA-PSS'),
  RS256: rsa('RSASSA-PKCS1-v1_5'),
  'ML-DSA-65': 'ML-DSA-65',
};

test.each(Object.entries(signatures))('a JWT with %s', async (alg, algorithm) => {
  const key = await sidecar.createKey(algorithm, ['sign', 'verify']);
  const token = await new jose.SignJWT({ scope: 'orders' }).setProtectedHeader({ alg }).sign(key.privateKey);
  const { payload } = await jose.jwtVerify(token, key.publicKey);
  expect(payload.scope).toBe('orders');
  await expect(jose.jwtVerify(`${token.slice(0, -8)}AAAAAAAA`, key.publicKey)).rejects.toThrow();
});

test('a JWT with HS256', async () => {
  const { secretKey } = await sidecar.createKey({ name: 'HMAC', hash: 'SHA-256' }, ['sign', 'verify']);
  const token = await new jose.SignJWT({}).setProtectedHeader({ alg: 'HS256' }).sign(secretKey);
  await jose.jwtVerify(token, secretKey);
});

test('a JWE with dir and A256GCM', async () => {
  const { secretKey } = await sidecar.createKey({ name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']);
  const token = await new jose.EncryptJWT({ a: 1 })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(secretKey);
  expect((await jose.jwtDecrypt(token, secretKey)).payload.a).toBe(1);
});

test('a JWE with RSA-OAEP-256', async () => {
  const key = await sidecar.createKey(rsa('RSA-OAEP'), ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey']);
  const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM' };
  const token = await new jose.EncryptJWT({ a: 1 }).setProtectedHeader(header).encrypt(key.publicKey);
  expect((await jose.jwtDecrypt(token, key.privateKey)).payload.a).toBe(1);
});

test('a JWE with ECDH-ES', async () => {
  const key = await sidecar.createKey({ name: 'ECDH', namedCurve: 'P-256' }, ['deriveBits']);
  const header = { alg: 'ECDH-ES', enc: 'A256GCM' };
  const token = await new jose.EncryptJWT({ a: 1 }).setProtectedHeader(header).encrypt(key.publicKey);
  expect((await jose.jwtDecrypt(token, key.privateKey)).payload.a).toBe(1);
});
