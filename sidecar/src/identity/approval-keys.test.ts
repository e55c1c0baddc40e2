import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import type { ApprovalKey } from '../generated/types.ts';
import { proveApprovalKey } from './approval-keys.ts';
import { isSoundEd25519Point } from './ed25519-point.ts';

const algorithms = ['EdDSA', 'ES256', 'ML-DSA-65'] as const;

async function jwkOf(algorithm: string): Promise<JWK> {
  const { publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return exportJWK(publicKey);
}

/** The thumbprint is the one that `jose` computes. */
async function keyOf(algorithm: ApprovalKey['algorithm'], jwk: JWK): Promise<ApprovalKey> {
  return { id: await calculateJwkThumbprint(jwk), kind: 'jwk', algorithm, jwk: JSON.stringify(jwk) };
}

function passkey(algorithm: ApprovalKey['algorithm'], publicKey: KeyObject): ApprovalKey {
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
  const origins = ['https://hsm.example', 'https://login.hsm.example'];
  return { id: 'a-credential-id-of-webauthn', kind: 'passkey', algorithm, spki, rpId: 'hsm.example', origins };
}

function refused(reason: string | RegExp) {
  return { code: 'data_invalid', detail: expect.stringMatching(reason) };
}

describe('a JWK', () => {
  test.each(algorithms)('of %s is proved, with or without what may stand beside', async (algorithm) => {
    const jwk = await jwkOf(algorithm);
    await proveApprovalKey(await keyOf(algorithm, jwk));
    await proveApprovalKey(
      await keyOf(algorithm, { ...jwk, alg: algorithm, use: 'sig', kid: 'mine', key_ops: ['verify'] }),
    );
  });

  test.each(algorithms)('of %s with another id, algorithm or private half is refused', async (algorithm) => {
    const jwk = await jwkOf(algorithm);
    const key = await keyOf(algorithm, jwk);
    await expect(proveApprovalKey({ ...key, id: 'A'.repeat(43) })).rejects.toMatchObject(refused('id is not'));
    for (const other of algorithms.filter((it) => it !== algorithm)) {
      await expect(proveApprovalKey({ ...key, algorithm: other })).rejects.toMatchObject(refused('jwk'));
    }
    await expect(proveApprovalKey({ ...key, algorithm: 'RS256' })).rejects.toMatchObject(refused('only for passkeys'));
    const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
    const whole = await keyOf(algorithm, await exportJWK(privateKey));
    await expect(proveApprovalKey(whole)).rejects.toMatchObject(refused(/must not hold (d|priv)/));
    await expect(proveApprovalKey({ ...key, spki: 'AAAA' })).rejects.toMatchObject(refused('of a passkey'));
    await expect(proveApprovalKey({ ...key, jwk: '{]}' })).rejects.toMatchObject(refused('not a JSON object'));
  });

  test('whose point is on no curve is refused', async () => {
    const jwk = await jwkOf('ES256');
    const y = Buffer.from(jwk.y ?? '', 'base64url');
    y.writeUInt8(y.readUInt8(31) ^ 1, 31);
    const key = await keyOf('ES256', { ...jwk, y: y.toString('base64url') });
    await expect(proveApprovalKey(key)).rejects.toMatchObject(refused('sound public key'));
  });

  test('of small order is refused: signatures that verify need no private key there', async () => {
    const small = ['0100000000000000000000000000000000000000000000000000000000000000', `ec${'ff'.repeat(30)}7f`];
    for (const hex of small) {
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(hex, 'hex').toString('base64url') };
      await expect(proveApprovalKey(await keyOf('EdDSA', jwk))).rejects.toMatchObject(refused('sound public key'));
    }
  });

  test('spelt otherwise in base64url is refused: it would be the same key under another id', async () => {
    const jwk = { ...(await jwkOf('EdDSA')) };
    const last = jwk.x?.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const x = `${jwk.x?.slice(0, -1)}${alphabet[alphabet.indexOf(last) | 1]}`;
    expect(Buffer.from(x, 'base64url')).toEqual(Buffer.from(jwk.x ?? '', 'base64url'));
    await expect(proveApprovalKey(await keyOf('EdDSA', { ...jwk, x }))).rejects.toMatchObject(refused('jwk x'));
  });
});

describe('a passkey', () => {
  const keys = {
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
    EdDSA: generateKeyPairSync('ed25519').publicKey,
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey,
  };

  test('is proved', async () => {
    for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const) {
      await proveApprovalKey(passkey(algorithm, keys[algorithm]));
    }
  });

  test('with a key of another algorithm, or a weak one, is refused', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const oddExponent = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey;
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
    const wrong = [
      passkey('ES256', keys.EdDSA),
      passkey('ES256', other),
      passkey('EdDSA', keys.RS256),
      passkey('RS256', keys.ES256),
      passkey('RS256', weak),
      passkey('RS256', oddExponent),
      { ...passkey('ES256', keys.ES256), spki: 'AAAA' },
    ];
    for (const key of wrong) await expect(proveApprovalKey(key)).rejects.toMatchObject(refused('sound public key'));
    const pqc = generateKeyPairSync('ml-dsa-65').publicKey;
    await expect(proveApprovalKey(passkey('ML-DSA-65', pqc))).rejects.toMatchObject(refused('not for passkeys'));
  });

  test.each([
    'http://hsm.example',
    'https://hsm.example/',
    'https://other.example',
    'https://nothsm.example',
    'https://hsm.example.evil.test',
    'HTTPS://hsm.example',
    'hsm.example',
    'android:apk-key-hash:abc',
  ])('of the origin %s is refused', async (origin) => {
    const key = { ...passkey('ES256', keys.ES256), origins: ['https://hsm.example', origin] };
    await expect(proveApprovalKey(key)).rejects.toMatchObject(refused('is no origin of'));
  });

  test('without rpId, origin or key, or with a JWK, is refused', async () => {
    const { spki = '', rpId = '', origins = [], ...bare } = passkey('ES256', keys.ES256);
    for (const key of [
      { ...bare, rpId, origins },
      { ...bare, spki, origins },
      { ...bare, spki, rpId, origins: [] },
    ]) {
      await expect(proveApprovalKey(key)).rejects.toMatchObject(refused('a passkey has spki'));
    }
    await expect(proveApprovalKey({ ...bare, spki, rpId, origins, jwk: '{"kty":"EC"}' })).rejects.toMatchObject(
      refused('has no jwk'),
    );
  });
});

test('soundness of Ed25519 points agrees with @noble/curves', () => {
  const isSound = (bytes: Uint8Array) => {
    try {
      return !ed25519.Point.fromBytes(bytes, false).isSmallOrder();
    } catch {
      return false;
    }
  };
  let sound = 0;
  for (let index = 0; index < 300; index += 1) {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    expect(isSoundEd25519Point(bytes)).toBe(isSound(bytes));
    if (isSound(bytes)) sound += 1;
  }
  expect(sound).toBeGreaterThan(50);
  expect(sound).toBeLessThan(250);
  // Everything around 0, p and 2^255, with both signs of x, small order and other spellings among it.
  for (const end of [0x00, 0x7f, 0x80, 0xff]) {
    for (const fill of [0x00, 0xff]) {
      for (let first = 0; first < 256; first += 1) {
        const bytes = new Uint8Array(32).fill(fill);
        bytes[0] = first;
        bytes[31] = end;
        expect(isSoundEd25519Point(bytes), Buffer.from(bytes).toString('hex')).toBe(isSound(bytes));
      }
    }
  }
  const order8 = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a';
  const negated = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05';
  for (const hex of [order8, negated]) {
    const bytes = Buffer.from(hex, 'hex');
    expect(ed25519.Point.fromBytes(bytes, false).isSmallOrder()).toBe(true);
    expect(isSoundEd25519Point(bytes)).toBe(false);
    bytes.writeUInt8(bytes.readUInt8(31) | 0x80, 31);
    expect(isSoundEd25519Point(bytes)).toBe(false);
  }
});
