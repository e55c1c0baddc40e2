import type { KeyFormat, KeyUsage } from '@ferrohsm/sdk/node';
import { expect, test } from 'vitest';
import { expectGoodKey } from './good-key.ts';
import { liveSubtle } from './live-subtle.ts';
import {
  type AkpJwk,
  fastRows,
  flipBit,
  foreignKeyData,
  type KeyData,
  type ParameterSet,
  parameterSets,
  rows,
} from './slh-dsa-sets.ts';

const live = liveSubtle();
const keys = new Map<string, KeyData>(parameterSets.map((set) => [set.name, foreignKeyData(set)]));

type AnyData = Uint8Array<ArrayBuffer> | AkpJwk;
type Broken = readonly [KeyFormat, AnyData];

/** The overloads of importKey tell bytes and JWK apart; these tests do not. */
async function importKey(format: string, data: AnyData, name: string, extractable: boolean, usages: string[]) {
  return live().importKey(format as 'jwk', data as never, name, extractable, usages as KeyUsage[]);
}

async function exportKey(format: string, key: CryptoKey): Promise<unknown> {
  const exported: unknown = await live().exportKey(format as 'raw', key);
  return exported instanceof ArrayBuffer ? Buffer.from(exported) : exported;
}

function dataOf({ name }: ParameterSet): KeyData {
  return keys.get(name) as KeyData;
}

const invalidAccess = { name: 'InvalidAccessError' };
const syntaxError = { name: 'SyntaxError' };
const dataError = { name: 'DataError' };

test.each(rows)('a public key comes back as it went in: %s', async (name, set) => {
  for (const [format, data] of Object.entries(dataOf(set).public)) {
    for (const usages of [[], ['verify'], ['verify', 'verify']]) {
      for (const extractable of [true, false]) {
        const key = await importKey(format, data, name, extractable, usages);
        const unique = [...new Set(usages)];
        expectGoodKey(key, { type: 'public', name, extractable, usages: unique });
        if (!extractable) await expect(exportKey(format, key)).rejects.toMatchObject(invalidAccess);
        else if (format !== 'jwk') expect(await exportKey(format, key)).toEqual(data);
        else expect(await exportKey(format, key)).toEqual({ ...data, key_ops: unique, ext: true });
      }
    }
  }
});

test.each(rows)('public keys that are none: %s', async (name, set) => {
  const { spki, 'raw-public': raw, jwk } = dataOf(set).public;
  const other = dataOf(parameterSets.find((one) => one.name !== name) as ParameterSet);
  const broken: readonly Broken[] = [
    ...[0, 1, raw.length - 1].map((length) => ['raw-public', raw.subarray(0, length)] as Broken),
    ['raw-public', Buffer.concat([raw, raw.subarray(0, 1)])],
    ['raw-public', dataOf(set).private['raw-private']],
    ['spki', other.public.spki],
    ['spki', raw],
    ['spki', spki.subarray(1)],
    ['spki', spki.subarray(0, -1)],
    ['spki', dataOf(set).private.pkcs8],
    ['jwk', { ...jwk, kty: 'OKP' }],
    ['jwk', { ...jwk, kty: 'akp' }],
    ['jwk', { ...jwk, alg: other.public.jwk.alg as string }],
    ['jwk', { ...jwk, alg: name.toLowerCase() }],
    ['jwk', { kty: 'AKP', pub: raw.toString('base64url') }],
    ['jwk', { kty: 'AKP', alg: name }],
    ['jwk', { ...jwk, pub: raw.subarray(1).toString('base64url') }],
    ['jwk', { ...jwk, pub: `${raw.toString('base64')}=` }],
    ['jwk', { ...jwk, use: 'enc' }],
    ['jwk', { ...jwk, ext: false }],
    ['jwk', { ...jwk, key_ops: ['sign'] }],
  ];
  for (const [format, data] of broken) {
    const label = `${format} ${JSON.stringify(data)}`;
    await expect(importKey(format, data, name, true, ['verify']), label).rejects.toMatchObject(dataError);
  }
});

test.each(rows)('usages and formats that a public key cannot have: %s', async (name, set) => {
  const { public: publicData } = dataOf(set);
  for (const [format, data] of Object.entries(publicData)) {
    for (const usages of [['sign'], ['verify', 'sign'], ['encrypt']]) {
      await expect(importKey(format, data, name, true, usages), format).rejects.toMatchObject(syntaxError);
    }
  }
  for (const format of ['raw', 'raw-secret', 'raw-seed']) {
    const refused = importKey(format, publicData['raw-public'], name, true, ['verify']);
    await expect(refused, format).rejects.toMatchObject({ name: 'NotSupportedError' });
  }
  await expect(importKey('der', publicData.spki, name, true, ['verify'])).rejects.toThrow(TypeError);
  await expect(importKey('jwk', publicData.spki, name, true, ['verify'])).rejects.toThrow(TypeError);
  await expect(importKey('spki', publicData.jwk, name, true, ['verify'])).rejects.toThrow(TypeError);
});

test.each(rows)('private keys come back as they went in, in every format: %s', async (name, set) => {
  const { private: data } = dataOf(set);
  // Each import of a private key signs once, which is slow in the small sets: one import for all exports there.
  const formats = Object.entries(data).slice(0, set.fast ? undefined : 1);
  for (const [format, bytes] of formats) {
    const key = await importKey(format, bytes, name, true, ['sign']);
    expectGoodKey(key, { type: 'private', name, extractable: true, usages: ['sign'] });
    expect(await exportKey('pkcs8', key)).toEqual(data.pkcs8);
    expect(await exportKey('raw-private', key)).toEqual(data['raw-private']);
    expect(await exportKey('jwk', key)).toEqual({ ...data.jwk, key_ops: ['sign'], ext: true });
    for (const publicFormat of ['spki', 'raw-public']) {
      await expect(exportKey(publicFormat, key)).rejects.toMatchObject(invalidAccess);
    }
    for (const unknown of ['raw', 'raw-secret', 'raw-seed']) {
      await expect(exportKey(unknown, key)).rejects.toMatchObject({ name: 'NotSupportedError' });
    }
  }
});

test.each(rows)('private keys have the usage sign and no other: %s', async (name, set) => {
  for (const [format, data] of Object.entries(dataOf(set).private)) {
    // Whether usages are missing is asked of a key that was read.
    for (const usages of [...(set.fast ? [[]] : []), ['verify'], ['sign', 'verify'], ['decrypt']]) {
      await expect(importKey(format, data, name, true, usages), format).rejects.toMatchObject(syntaxError);
    }
  }
});

test.each(fastRows)('private keys that are not extractable stay: %s', async (name, set) => {
  for (const [format, bytes] of Object.entries(dataOf(set).private)) {
    const key = await importKey(format, bytes, name, false, ['sign']);
    expectGoodKey(key, { type: 'private', name, extractable: false, usages: ['sign'] });
    for (const wanted of ['pkcs8', 'raw-private', 'jwk']) {
      await expect(exportKey(wanted, key)).rejects.toMatchObject(invalidAccess);
    }
  }
});

test.each(rows)('private keys that are none: %s', async (name, set) => {
  const { pkcs8, 'raw-private': raw, jwk } = dataOf(set).private;
  const other = dataOf(parameterSets.find((one) => one.name !== name) as ParameterSet);
  const stranger = foreignKeyData(set);
  const broken: readonly Broken[] = [
    ...[0, 1, raw.length / 2, raw.length - 1].map((length) => ['raw-private', raw.subarray(0, length)] as Broken),
    ['raw-private', Buffer.concat([raw, raw.subarray(0, 1)])],
    ['pkcs8', other.private.pkcs8],
    ['pkcs8', pkcs8.subarray(0, -1)],
    ['pkcs8', raw],
    ['pkcs8', dataOf(set).public.spki],
    ['jwk', { ...jwk, kty: 'OKP' }],
    ['jwk', { ...jwk, alg: other.public.jwk.alg as string }],
    ['jwk', { kty: 'AKP', alg: name, priv: jwk.priv as string }],
    ['jwk', { ...jwk, priv: raw.subarray(1).toString('base64url') }],
    ['jwk', { ...jwk, priv: '' }],
    ['jwk', { ...stranger.public.jwk, priv: raw.toString('base64url') }],
    ['jwk', { ...jwk, use: 'enc' }],
    ['jwk', { ...jwk, ext: false }],
    ['jwk', { ...jwk, key_ops: ['verify'] }],
  ];
  for (const [format, data] of broken) {
    const label = `${format} ${JSON.stringify(data)}`;
    await expect(importKey(format, data, name, true, ['sign']), label).rejects.toMatchObject(dataError);
  }
});

test.each(rows)('private keys whose public root is not theirs: %s', async (name, set) => {
  const { pkcs8, 'raw-private': raw } = dataOf(set).private;
  const wrongRoot = flipBit(raw, raw.length - 1);
  await expect(importKey('raw-private', wrongRoot, name, true, ['sign'])).rejects.toMatchObject(dataError);
  if (!set.fast) return;
  const wrongPkcs8 = flipBit(pkcs8, pkcs8.length - 1);
  await expect(importKey('pkcs8', wrongPkcs8, name, true, ['sign'])).rejects.toMatchObject(dataError);
});
