import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  randomUUID,
  verify,
} from 'node:crypto';
import type { FerroHsm, KeyRecord, MethodTypes } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { principalsFile } from './principals.ts';

const sidecar = liveSidecar({
  prepare: (folders) => writeConfig(folders, 'principals.json', principalsFile({})),
});
let hsm: FerroHsm;
beforeAll(async () => {
  hsm = await sidecar.connect();
});
afterAll(() => hsm.close());

const multipurpose = true as const;
const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: 'AQAB', multipurpose };
const ec = { name: 'ECDSA', namedCurve: 'P-256', multipurpose };
const aes = { name: 'AES-GCM', length: 256, multipurpose };
const rsaUsages = ['sign', 'verify', 'encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] as const;
const message = randomBytes(100);
const digest = createHash('sha256').update(message).digest();

type Creation = MethodTypes['keys.create']['params'];

async function create(params: Omit<Creation, 'name' | 'requestId'>): Promise<KeyRecord> {
  const name = `general/${randomUUID()}`;
  return (await hsm.call('keys.create', { name, requestId: randomUUID(), ...params })).record;
}

function publicKeyOf({ versions }: KeyRecord, version = 1): KeyObject {
  const data = versions[version - 1]?.publicKey?.data ?? new Uint8Array();
  return createPublicKey({ key: Buffer.from(data), format: 'der', type: 'spki' });
}

async function outcome(use: Promise<unknown>): Promise<string> {
  return use.then(
    () => 'ok',
    (error: { code?: string }) => String(error.code),
  );
}

describe('a general-purpose named key', () => {
  test('of RSA signs and decrypts in every way but raw', async () => {
    const record = await create({ algorithm: rsa, usages: [...rsaUsages] });
    expect(record.versions[0]?.algorithm).toEqual(rsa);
    const key = `${record.id}/1`;
    const publicKey = publicKeyOf(record);
    const pss = { name: 'RSA-PSS', hash: 'SHA-512', saltLength: 20 };
    const { signature } = await hsm.call('subtle.sign', { algorithm: pss, key, data: message });
    const options = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 };
    expect(verify('sha512', message, options, signature)).toBe(true);
    const encrypted = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, message);
    const decrypted = await hsm.call('subtle.decrypt', {
      algorithm: { name: 'RSAES-PKCS1-v1_5' },
      key,
      data: encrypted,
    });
    expect(Buffer.from(decrypted.data)).toEqual(message);
    const raw = { algorithm: { name: 'RSA-RAW' }, key, data: encrypted };
    expect(await outcome(hsm.call('subtle.decrypt', raw))).toBe('permission_denied');
  });

  test('does raw RSA when it is labelled for it, while it signs', async () => {
    const record = await create({ algorithm: rsa, usages: [...rsaUsages], labels: { 'raw-rsa': 'allowed' } });
    const key = `${record.id}/1`;
    const padding = constants.RSA_NO_PADDING;
    const block = Buffer.concat([Buffer.alloc(1), randomBytes(255)]);
    const data = publicEncrypt({ key: publicKeyOf(record), padding }, block);
    const use = () => hsm.call('subtle.decrypt', { algorithm: { name: 'RSA-RAW' }, key, data });
    expect(Buffer.from((await use()).data)).toEqual(block);
    await hsm.call('keys.deactivate', { name: record.name, reason: 'retired', requestId: randomUUID() });
    expect(await outcome(use())).toBe('key_state');
    // What only reads goes on.
    const encrypted = publicEncrypt({ key: publicKeyOf(record), padding: constants.RSA_PKCS1_PADDING }, message);
    const pkcs1 = { algorithm: { name: 'RSAES-PKCS1-v1_5' }, key, data: encrypted };
    expect(await outcome(hsm.call('subtle.decrypt', pkcs1))).toBe('ok');
  });

  test('of EC signs a digest and agrees on secrets', async () => {
    const record = await create({ algorithm: ec, usages: ['sign', 'verify', 'deriveBits'] });
    const key = `${record.id}/1`;
    const { signature } = await hsm.call('subtle.signDigest', { algorithm: { name: 'ECDSA' }, key, digest });
    const p1363 = { key: publicKeyOf(record), dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', message, p1363, signature)).toBe(true);
    const other = await create({ algorithm: ec, usages: ['deriveBits'] });
    const agreed = async (own: KeyRecord, peer: KeyRecord) => {
      const data = peer.versions[0]?.publicKey?.data ?? new Uint8Array();
      const algorithm = { name: 'ECDH', namedCurve: 'P-256' };
      const params = { name: 'ECDH', public: { algorithm, format: 'spki' as const, data } };
      return (await hsm.call('subtle.deriveBits', { algorithm: params, key: `${own.id}/1`, length: null })).bits;
    };
    expect(await agreed(record, other)).toEqual(await agreed(other, record));
  });

  test('of AES encrypts in every mode', async () => {
    const record = await create({ algorithm: aes, usages: ['encrypt', 'decrypt'] });
    const key = `${record.id}/1`;
    const blocks = randomBytes(48);
    const encrypted = await hsm.call('subtle.encrypt', { algorithm: { name: 'AES-ECB' }, key, data: blocks });
    const cbc = { name: 'AES-CBC', iv: new Uint8Array(16), padding: false };
    const first = await hsm.call('subtle.encrypt', { algorithm: cbc, key, data: blocks.subarray(0, 16) });
    expect(first.data).toEqual(encrypted.data.subarray(0, 16));
    const decrypted = await hsm.call('subtle.decrypt', { algorithm: { name: 'AES-ECB' }, key, data: encrypted.data });
    expect(Buffer.from(decrypted.data)).toEqual(blocks);
  });

  test('stays one when it is rotated, and after a restart', async () => {
    const record = await create({ algorithm: ec, usages: ['sign', 'verify'] });
    await hsm.call('keys.rotate', { name: record.name, requestId: randomUUID() });
    await sidecar.stop();
    await sidecar.start();
    await hsm.close();
    hsm = await sidecar.connect();
    const { record: rotated } = await hsm.call('keys.get', { name: record.name });
    expect(rotated.versions.map(({ algorithm }) => algorithm)).toEqual([ec, ec]);
    const params = { algorithm: { name: 'ECDSA' }, key: `${record.id}/2`, digest };
    const { signature } = await hsm.call('subtle.signDigest', params);
    const p1363 = { key: publicKeyOf(rotated, 2), dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', message, p1363, signature)).toBe(true);
  });
});

describe('WebCrypto', () => {
  test('sees the algorithm that a general-purpose pair is shown as, and uses it as ever', async () => {
    const record = await create({ algorithm: rsa, usages: [...rsaUsages] });
    const { privateKey, publicKey } = await hsm.keys.get(record.name);
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
    for (const key of [privateKey, publicKey])
      expect(key.algorithm).toEqual({ ...algorithm, hash: { name: 'SHA-256' } });
    expect([privateKey.usages, publicKey.usages]).toEqual([['sign'], ['verify']]);
    const signature = await hsm.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, message);
    // The public half is a key of the runtime, as that of any other key.
    expect(await crypto.subtle.verify('RSASSA-PKCS1-v1_5', publicKey, signature, message)).toBe(true);
    await expect(hsm.subtle.decrypt('RSA-OAEP', privateKey, signature)).rejects.toMatchObject({
      name: 'InvalidAccessError',
    });
  });

  test('encrypts with a general-purpose AES key as with any', async () => {
    const record = await create({ algorithm: aes, usages: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] });
    const { secretKey } = await hsm.keys.get(record.name);
    expect(secretKey.algorithm).toEqual({ name: 'AES-GCM', length: 256 });
    const iv = randomBytes(12);
    const encrypted = await hsm.subtle.encrypt({ name: 'AES-GCM', iv }, secretKey, message);
    expect(Buffer.from(await hsm.subtle.decrypt({ name: 'AES-GCM', iv }, secretKey, encrypted))).toEqual(message);
  });

  test('signs by a digest with its own ECDSA keys, in the words of the protocol', async () => {
    const key = await hsm.keys.create({
      name: `own/${randomUUID()}`,
      algorithm: { name: 'ECDSA', namedCurve: 'P-384' },
      usages: ['sign', 'verify'],
    });
    const params = { algorithm: { name: 'ECDSA', hash: 'SHA-256' }, key: `${key.id}/1`, digest };
    const { signature } = await hsm.call('subtle.signDigest', params);
    const ecdsa = { name: 'ECDSA', hash: 'SHA-256' };
    expect(await crypto.subtle.verify(ecdsa, key.publicKey, new Uint8Array(signature), message)).toBe(true);
  });
});

test('a general-purpose session key serves as one, and does nothing raw', async () => {
  const made = await hsm.call('subtle.generateKey', { algorithm: rsa, extractable: false, usages: [...rsaUsages] });
  const { privateKey } = made as Extract<typeof made, { privateKey: unknown }>;
  expect(privateKey).toMatchObject({ algorithm: rsa, usages: ['sign', 'decrypt', 'unwrapKey'] });
  const key = privateKey.handle;
  const sha512 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' };
  expect(await outcome(hsm.call('subtle.sign', { algorithm: sha512, key, data: message }))).toBe('ok');
  const raw = { algorithm: { name: 'RSA-RAW' }, key, data: new Uint8Array(256) };
  expect(await outcome(hsm.call('subtle.decrypt', raw))).toBe('permission_denied');
  const other = await hsm.call('subtle.generateKey', { algorithm: aes, extractable: true, usages: ['encrypt'] });
  const secret = (other as Extract<typeof other, { key: unknown }>).key.handle;
  const raw256 = await hsm.call('subtle.exportKey', { format: 'raw', key: secret });
  const encrypted = await hsm.call('subtle.encrypt', { algorithm: { name: 'AES-ECB' }, key: secret, data: digest });
  const cipher = createCipheriv('aes-256-ecb', raw256.keyData, null).setAutoPadding(false);
  expect(Buffer.from(encrypted.data)).toEqual(Buffer.concat([cipher.update(digest), cipher.final()]));
});
