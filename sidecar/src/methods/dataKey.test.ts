import assert from 'node:assert/strict';
import { createDecipheriv, createSecretKey, decapsulate, hkdfSync, randomBytes, randomFillSync } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { createCryptoProvider } from '../crypto/crypto-provider.ts';
import type { LoadedKey } from '../crypto/key.ts';
import type { Algorithm, KeyUsage } from '../generated/types.ts';
import { parseWrapped } from '../request/wrapped-data-key.ts';
import { unwrapDataKey, wrapDataKey } from './data-key-wrapping.ts';

const crypto = createCryptoProvider({ workers: 1 });
afterAll(() => crypto.close());

const keyId = `key_${'a'.repeat(22)}`;
const otherId = `key_${'b'.repeat(22)}`;

async function keyOf(algorithm: Algorithm, usages: readonly KeyUsage[]): Promise<LoadedKey> {
  const made = await crypto.generateKey(algorithm, { extractable: false, usages });
  return 'privateKey' in made ? made.privateKey : made;
}

const aes = (name: string, ...usages: KeyUsage[]) => keyOf({ name, length: 256 }, usages);
const kem = (name: string) => keyOf({ name }, ['decapsulateBits', 'encapsulateBits']);

function wrap(key: LoadedKey, dataKey: Uint8Array, version = 258): Promise<Uint8Array> {
  return wrapDataKey(crypto, randomFillSync, { key, keyId, version }, dataKey);
}

function unwrap(key: LoadedKey, wrapped: Uint8Array, id = keyId): Promise<Uint8Array> {
  return unwrapDataKey(crypto, { key, keyId: id }, parseWrapped(wrapped));
}

/** The second implementation, as docs/envelope.md says. */
function unwrapNatively(wrapped: Buffer, secretOf: (token: Buffer) => Uint8Array): Buffer {
  const header = wrapped.subarray(0, -48);
  const token = header.subarray(10);
  const key = Buffer.from(hkdfSync('sha256', secretOf(token), token, 'ferrohsm/data-key/v1', 32));
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.alloc(12));
  decipher.setAAD(Buffer.concat([header, Buffer.from(keyId)])).setAuthTag(wrapped.subarray(-16));
  return Buffer.concat([decipher.update(wrapped.subarray(-48, -16)), decipher.final()]);
}

const kinds: readonly [string, () => Promise<LoadedKey>][] = [
  ['AES-GCM to encrypt with', () => aes('AES-GCM', 'encrypt', 'decrypt')],
  ['AES-GCM to wrap with', () => aes('AES-GCM', 'wrapKey', 'unwrapKey')],
  ['AES-KW', () => aes('AES-KW', 'wrapKey', 'unwrapKey')],
  ['ML-KEM-768', () => kem('ML-KEM-768')],
  ['MLKEM768-X25519', () => kem('MLKEM768-X25519')],
  ['MLKEM1024-P384', () => kem('MLKEM1024-P384')],
];

describe.each(kinds)('a data key under %s', (_, make) => {
  test('comes back, and is wrapped differently each time', async () => {
    const key = await make();
    const dataKey = randomBytes(32);
    const wrapped = Buffer.from(await wrap(key, dataKey));
    assert.deepEqual(Buffer.from(await unwrap(key, wrapped)), dataKey);
    expect(wrapped.subarray(0, 5).toString('hex')).toBe('4648444b01');
    expect(wrapped.readUInt32BE(6)).toBe(258);
    expect(Buffer.from(await wrap(key, dataKey)).subarray(-48)).not.toEqual(wrapped.subarray(-48));
  });

  test('is refused under another key, another id, and with any byte changed', async () => {
    const key = await make();
    const wrapped = await wrap(key, randomBytes(32));
    await assert.rejects(unwrap(await make(), wrapped), { code: 'operation_failed' });
    await assert.rejects(unwrap(key, wrapped, otherId), { code: 'operation_failed' });
    // A KEM ciphertext is long: each of its bytes is as good as another.
    const step = Math.ceil(wrapped.length / 130);
    for (let at = 0; at < wrapped.length; at += at < 10 || at >= wrapped.length - 48 ? 1 : step) {
      const changed = Uint8Array.from(wrapped);
      changed[at] = (changed[at] as number) ^ 0x80;
      await assert.rejects(
        async () => unwrap(key, changed),
        (error: { code: string }) => ['operation_failed', 'data_invalid'].includes(error.code),
        `byte ${at}`,
      );
    }
    for (const length of [0, 10, 57, 58, wrapped.length - 1]) {
      await assert.rejects(async () => unwrap(key, wrapped.subarray(0, length)));
    }
  });
});

describe('a second implementation opens', () => {
  test('what is wrapped under AES', async () => {
    const secret = randomBytes(32);
    const attributes = { extractable: false, usages: ['encrypt'] as const };
    const key = await crypto.importKey('raw', Buffer.from(secret), { name: 'AES-GCM' }, attributes);
    const dataKey = randomBytes(32);
    const wrapped = Buffer.from(await wrap(key, dataKey));
    expect(unwrapNatively(wrapped, () => createSecretKey(secret).export())).toEqual(dataKey);
  });

  test('what is wrapped under ML-KEM', async () => {
    const key = await kem('ML-KEM-1024');
    const dataKey = randomBytes(32);
    const wrapped = Buffer.from(await wrap(key, dataKey));
    const [privateKey] = key.parts;
    assert(privateKey !== undefined);
    expect(unwrapNatively(wrapped, (token) => decapsulate(privateKey, token))).toEqual(dataKey);
  });
});

test.each([
  ['AES-GCM with 128 bits', { name: 'AES-GCM', length: 128 }, ['encrypt', 'decrypt'], 'not_supported'],
  ['AES-CBC', { name: 'AES-CBC', length: 256 }, ['encrypt', 'decrypt'], 'not_supported'],
  ['Ed25519', { name: 'Ed25519' }, ['sign', 'verify'], 'not_supported'],
  ['AES-GCM that only decrypts', { name: 'AES-GCM', length: 256 }, ['decrypt'], 'access_invalid'],
] as const)('%s wraps no data keys', async (_, algorithm, usages, code) => {
  await assert.rejects(wrap(await keyOf(algorithm, usages), randomBytes(32)), { code });
});

test('a key that only encrypts unwraps no data keys', async () => {
  const key = await aes('AES-GCM', 'encrypt');
  await assert.rejects(unwrap(key, await wrap(key, randomBytes(32))), { code: 'access_invalid' });
});
