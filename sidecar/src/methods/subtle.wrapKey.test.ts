import { createPublicKey } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { createCryptoProvider } from '../crypto/crypto-provider.ts';
import type { LoadedKey } from '../crypto/key.ts';
import { alteredRsaKey, rsaRecipient } from '../crypto/wrapping/test-recipients.ts';
import { principalOf } from '../policy/test-request.ts';
import type { Execution } from '../request/context.ts';
import { sessionOf } from '../request/test-session.ts';
import { createSubtleWrapKey } from './subtle.wrapKey.ts';

const provider = createCryptoProvider({ workers: 1, slowQueue: 4 });
afterAll(() => provider.close());

const wrapKey = createSubtleWrapKey(provider);
const session = sessionOf(principalOf('zoe'));
const aesKey = Buffer.alloc(32, 7);
const wrappingKey = `ses_${'W'.repeat(22)}`;
const named = `key_${'N'.repeat(22)}/1`;

/** What the wrapping of an AES key, of that handle, under that RSA key answers. */
async function wrappedFor(spki: Uint8Array, key: string): Promise<Uint8Array> {
  const algorithm = { name: 'RSA-OAEP', hash: 'SHA-256' };
  const keys: Readonly<Record<string, LoadedKey>> = {
    [key]: await provider.importKey('raw', aesKey, { name: 'AES-GCM' }, { extractable: true, usages: ['encrypt'] }),
    [wrappingKey]: await provider.importKey('spki', spki, algorithm, { extractable: true, usages: ['wrapKey'] }),
  };
  const held = (handle: string) => keys[handle];
  const params = { format: 'raw', key, wrappingKey, wrapAlgorithm: { name: 'RSA-OAEP' } } as const;
  return (await wrapKey(params, { session, key: held, released: held } as Execution)).wrappedKey;
}

test('with a public exponent of 1 what is wrapped is the padded key', async () => {
  const spki = alteredRsaKey({ e: 'AQ' });
  const wrapped = await wrappedFor(spki, `ses_${'K'.repeat(22)}`);
  const { publicExponent } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).asymmetricKeyDetails ?? {};
  expect(publicExponent).toBe(1n);
  // EME-OAEP begins with a zero byte (RFC 8017 section 7.1.1).
  expect(wrapped[0]).toBe(0);
});

test.each(['AQ', 'Aw', 'AQAA'])('so a named key is not wrapped under an RSA key with exponent %s', async (e) => {
  await expect(wrappedFor(alteredRsaKey({ e }), named)).rejects.toMatchObject({ code: 'wrapping_weak' });
});

test('a named key is wrapped under a sound one', async () => {
  const recipient = rsaRecipient(3072);
  expect(await wrappedFor(recipient.publicKey, named)).toHaveLength(384);
});
