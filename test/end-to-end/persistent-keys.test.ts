import { verify } from 'node:crypto';
import { type FerroHsm, FerroHsmError, install } from '@ferrohsm/sdk/node';
import { afterEach, expect, test } from 'vitest';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { principalsFile, tokenOf } from './principals.ts';

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => writeConfig(folders, 'principals.json', principalsFile({ payments: ['Service'] })),
});
const data = Buffer.from('what is signed');
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

let uninstall: (() => void) | undefined;
afterEach(() => {
  uninstall?.();
  uninstall = undefined;
});

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('resolved'),
    (error: unknown) => error,
  );
}

/** Checks a signature with OpenSSL through Node. */
async function isValid(hsm: FerroHsm, publicKey: CryptoKey, signature: ArrayBuffer): Promise<boolean> {
  const key = Buffer.from((await hsm.subtle.exportKey('spki', publicKey)) as ArrayBuffer);
  const format = { key, format: 'der', type: 'spki', dsaEncoding: 'ieee-p1363' } as const;
  return verify('sha256', data, format, Buffer.from(signature));
}

test('a pair that subtle generated under a name survives the death of the sidecar', async () => {
  await using before = await sidecar.connect();
  const algorithm = { ...ecdsa, ferro: { name: 'subtle/pair', labels: { team: 'billing' } } };
  const { privateKey, publicKey } = await before.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  expect([privateKey.usages, publicKey.usages]).toEqual([['sign'], ['verify']]);
  expect(privateKey.algorithm).toEqual({ name: 'ECDSA', namedCurve: 'P-256' });
  expect(privateKey.extractable).toBe(false);
  const signature = await before.subtle.sign(algorithm, privateKey, data);
  const spki = await before.subtle.exportKey('spki', publicKey);

  await sidecar.kill();
  await sidecar.start();

  await using after = await sidecar.connect();
  const { record } = await after.keys.get('subtle/pair');
  expect(record).toMatchObject({ extractable: false, labels: { team: 'billing' }, versions: [{ version: 1 }] });
  const opened = await after.crypto.keyStorage.getItem('subtle/pair');
  const half = await after.crypto.keyStorage.getItem('subtle/pair#public');
  expect(await after.subtle.exportKey('spki', half)).toEqual(spki);
  expect(await isValid(after, half, signature)).toBe(true);
  expect(await isValid(after, publicKey, await after.subtle.sign(algorithm, opened, data))).toBe(true);
});

test('a secret key that subtle generated under a name decrypts later', async () => {
  await using hsm = await sidecar.connect();
  const gcm = { name: 'AES-GCM', iv: Buffer.alloc(12, 7) };
  const algorithm = { name: 'AES-GCM', length: 256, ferro: { name: 'subtle/secret' } };
  const key = await hsm.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
  const ciphertext = await hsm.subtle.encrypt(gcm, key, data);
  await using later = await sidecar.connect();
  const opened = await later.crypto.keyStorage.getItem('subtle/secret', 'AES-GCM', false, ['decrypt']);
  expect(Buffer.from(await later.subtle.decrypt(gcm, opened, ciphertext))).toEqual(data);
  const refused = await rejection(later.subtle.encrypt(gcm, opened, data));
  expect(refused).toMatchObject({ name: 'InvalidAccessError' });
});

test('post-quantum and key agreement pairs get names as well', async () => {
  await using hsm = await sidecar.connect();
  const mlKem = { name: 'MLKEM768-X25519', ferro: { name: 'subtle/kem' } } as const;
  const kem = await hsm.subtle.generateKey(mlKem, false, ['encapsulateBits', 'decapsulateBits']);
  const { sharedKey, ciphertext } = await hsm.subtle.encapsulateBits('MLKEM768-X25519', kem.publicKey);
  const opened = await hsm.crypto.keyStorage.getItem('subtle/kem');
  expect(await hsm.subtle.decapsulateBits('MLKEM768-X25519', opened, ciphertext)).toEqual(sharedKey);

  const x25519 = { name: 'X25519', ferro: { name: 'subtle/agreement' } } as const;
  const { privateKey, publicKey } = await hsm.subtle.generateKey(x25519, false, ['deriveBits']);
  expect([privateKey.usages, publicKey.usages]).toEqual([['deriveBits'], []]);
});

test('a name that is taken is a ConstraintError, and the key behind it stays', async () => {
  await using hsm = await sidecar.connect();
  const algorithm = { ...ecdsa, ferro: { name: 'subtle/taken' } };
  await hsm.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const { id } = await hsm.keys.get('subtle/taken');
  const error = await rejection(hsm.subtle.generateKey(algorithm, false, ['sign', 'verify']));
  expect(error).toBeInstanceOf(DOMException);
  expect(error).toMatchObject({ name: 'ConstraintError', cause: { code: 'already_exists' } });
  expect((error as DOMException & { cause: unknown }).cause).toBeInstanceOf(FerroHsmError);
  expect((await hsm.keys.get('subtle/taken')).id).toBe(id);
});

test('what cannot be kept is refused and nothing is made', async () => {
  await using hsm = await sidecar.connect();
  const { subtle } = hsm;
  const named = { ...ecdsa, ferro: { name: 'subtle/refused' } };
  const misnamed = { ...ecdsa, ferro: { name: 'Not A Name' } };
  const refusals: [name: string, request: () => Promise<unknown>][] = [
    ['NotAllowedError', () => subtle.generateKey(named, true, ['sign', 'verify'])],
    ['SyntaxError', () => subtle.generateKey(named, false, [])],
    ['SyntaxError', () => subtle.generateKey(named, false, ['verify'])],
    ['SyntaxError', () => subtle.generateKey(named, false, ['sign', 'encrypt'])],
    ['TypeError', () => subtle.generateKey(misnamed, false, ['sign', 'verify'])],
  ];
  for (const [name, request] of refusals) expect(await rejection(request())).toMatchObject({ name });
  const names = await hsm.crypto.keyStorage.keys();
  expect(names.filter((name) => name.startsWith('subtle/refused'))).toEqual([]);
});

test('a public key is imported with the algorithm object that named its pair', async () => {
  await using hsm = await sidecar.connect();
  const algorithm = { ...ecdsa, ferro: { name: 'subtle/imported' } };
  const { privateKey, publicKey } = await hsm.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const spki = await hsm.subtle.exportKey('spki', publicKey);
  const imported = await hsm.subtle.importKey('spki', spki, algorithm, true, ['verify']);
  const signature = await hsm.subtle.sign(algorithm, privateKey, data);
  expect(await hsm.subtle.verify(algorithm, imported, signature, data)).toBe(true);
});

test('a storage knows names, and no way to persist or destroy afterwards', async () => {
  await using hsm = await sidecar.connect();
  const { keyStorage, subtle } = hsm.crypto;
  const algorithm = { ...ecdsa, ferro: { name: 'storage/one' } };
  const { privateKey, publicKey } = await subtle.generateKey(algorithm, false, ['sign', 'verify']);
  expect(await keyStorage.indexOf(privateKey)).toBe('storage/one');
  expect(await keyStorage.setItem(publicKey)).toBe('storage/one#public');
  await hsm.keys.rename('storage/one', 'storage/two');
  expect(await keyStorage.indexOf(privateKey)).toBe('storage/two');
  expect(await keyStorage.keys()).toContain('storage/two');

  const session = await subtle.generateKey(ecdsa, false, ['sign', 'verify']);
  expect(await keyStorage.hasItem(session.privateKey)).toBe(false);
  const refusal = { name: 'NotSupportedError' };
  expect(await rejection(keyStorage.setItem(session.privateKey))).toMatchObject(refusal);
  expect(await rejection(keyStorage.removeItem('storage/two'))).toMatchObject(refusal);
  expect(await rejection(keyStorage.clear())).toMatchObject(refusal);
  expect(await keyStorage.hasItem(privateKey)).toBe(true);
});

test('the global crypto sends a generateKey with a name to the sidecar, and no other', async () => {
  await using hsm = await sidecar.connect();
  uninstall = install(hsm.crypto);
  const named = { ...ecdsa, ferro: { name: 'global/signing' } };
  const pair = await crypto.subtle.generateKey(named, false, ['sign', 'verify']);
  expect(await hsm.crypto.keyStorage.indexOf(pair.privateKey)).toBe('global/signing');
  const signature = await crypto.subtle.sign(ecdsa, pair.privateKey, data);
  expect(await isValid(hsm, pair.publicKey, signature)).toBe(true);
  const local = await crypto.subtle.generateKey(ecdsa, false, ['sign', 'verify']);
  uninstall();
  expect(await crypto.subtle.sign(ecdsa, local.privateKey, data)).toHaveProperty('byteLength', 64);
});

test('a service opens the key that an officer labelled for it, sees no other, and makes none', async () => {
  await using officer = await sidecar.connect();
  const usages = ['sign', 'verify'] as const;
  const labelled = { ...ecdsa, ferro: { name: 'payments/signing', labels: { service: 'payments' } } };
  const { publicKey } = await officer.subtle.generateKey(labelled, false, usages);
  await officer.subtle.generateKey({ ...ecdsa, ferro: { name: 'billing/signing' } }, false, usages);

  await using service = await sidecar.connectWebSocket(tokenOf('payments'));
  const { keyStorage, subtle } = service.crypto;
  expect(await keyStorage.keys()).toEqual(['payments/signing']);
  const key = await keyStorage.getItem('payments/signing');
  expect(await isValid(service, publicKey, await subtle.sign(ecdsa, key, data))).toBe(true);
  expect(await rejection(keyStorage.getItem('billing/signing'))).toMatchObject({ name: 'NotFoundError' });
  const own = { ...ecdsa, ferro: { name: 'payments/own' } };
  const refused = await rejection(subtle.generateKey(own, false, usages));
  expect(refused).toMatchObject({ name: 'NotAllowedError', cause: { code: 'permission_denied' } });
});

test('the runtime itself ignores the name', async () => {
  const algorithm = { ...ecdsa, ferro: { name: 'nobody/knows' } };
  const { privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  expect(privateKey.algorithm).toEqual({ name: 'ECDSA', namedCurve: 'P-256' });
});
