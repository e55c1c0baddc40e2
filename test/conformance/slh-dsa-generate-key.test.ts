import type { KeyUsage } from '@ferrohsm/sdk/node';
import { expect, test } from 'vitest';
import { allUsages, expectGoodKey } from './good-key.ts';
import { liveSubtle } from './live-subtle.ts';
import { rows } from './slh-dsa-sets.ts';

const live = liveSubtle();
const validUsages: readonly KeyUsage[][] = [['sign'], ['sign', 'verify'], ['verify', 'sign', 'sign', 'verify']];

/** Names are compared without regard to case, and may stand alone. */
function spellingsOf(name: string): (string | Algorithm)[] {
  const mixed = name.slice(0, 8).toLowerCase() + name.slice(8);
  return [name, name.toLowerCase(), { name }, { name: mixed }];
}

test.each(rows)('generateKey succeeds: %s', async (name, set) => {
  const subtle = live();
  for (const algorithm of set.fast ? spellingsOf(name) : [name]) {
    for (const usages of validUsages) {
      for (const extractable of [false, true]) {
        const pair = (await subtle.generateKey(algorithm, extractable, usages)) as CryptoKeyPair;
        const verify = usages.includes('verify') ? ['verify'] : [];
        expectGoodKey(pair.privateKey, { type: 'private', name, extractable, usages: ['sign'] });
        expectGoodKey(pair.publicKey, { type: 'public', name, extractable: true, usages: verify });
      }
    }
  }
  const { privateKey, publicKey } = (await subtle.generateKey(name, true, ['sign', 'verify'])) as CryptoKeyPair;
  const sizes = [
    (await subtle.exportKey('raw-public', publicKey)).byteLength,
    (await subtle.exportKey('raw-private', privateKey)).byteLength,
  ];
  expect(sizes).toEqual([set.publicBytes, set.privateBytes]);
  const [publicJwk, privateJwk] = [await subtle.exportKey('jwk', publicKey), await subtle.exportKey('jwk', privateKey)];
  const { key_ops: publicUsages, ...members } = publicJwk;
  expect(privateJwk).toMatchObject({ ...members, key_ops: ['sign'] });
  expect(publicUsages).toEqual(['verify']);
});

test.each(rows)('generateKey refuses usages: %s', async (name) => {
  const illegal = allUsages.filter((usage) => usage !== 'sign' && usage !== 'verify');
  const poisoned = illegal.flatMap((usage) => [[usage], ...validUsages.map((usages) => [...usages, usage])]);
  for (const usages of [...poisoned, [], ['verify'] as const]) {
    const refused = live().generateKey(name, true, usages as KeyUsage[]);
    await expect(refused, usages.join()).rejects.toMatchObject({ name: 'SyntaxError' });
  }
});

test.each([
  'SLH-DSA',
  'SLH-DSA-SHA2',
  'SLH-DSA-SHA2-128',
  'SLH-DSA-128f',
  'SLH-DSA-SHA3-128f',
  'SLH-DSA-SHA2-512f',
  'SLH-DSA-SHA2-128f ',
  'SLHDSA-SHA2-128f',
  'HASH-SLH-DSA-SHA2-128f',
  'SLH-DSA-SHA2-128F-WITH-SHA256',
  'SLH-DSA-ſHA2-128f',
])('generateKey does not know %s', async (name) => {
  for (const algorithm of [name, { name }]) {
    for (const usages of [['sign'], ['decrypt'], []] as KeyUsage[][]) {
      const refused = live().generateKey(algorithm, true, usages);
      await expect(refused).rejects.toMatchObject({ name: 'NotSupportedError' });
    }
  }
});

test('generateKey needs a name and usages of WebCrypto', async () => {
  const subtle = live();
  await expect(subtle.generateKey({} as Algorithm, true, ['sign'])).rejects.toThrow(TypeError);
  await expect(subtle.generateKey('SLH-DSA-SHA2-128f', true, ['sing' as KeyUsage])).rejects.toThrow(TypeError);
});
