import { createHmac, createVerify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CKA } from '../../pkcs11/src/codec/constants/attribute-types.ts';
import { CKM } from '../../pkcs11/src/codec/constants/mechanism-types.ts';
import { CKK, CKO } from '../../pkcs11/src/codec/constants/objects.ts';
import { CKR } from '../../pkcs11/src/codec/constants/return-values.ts';
import type { CkUlong } from '../../pkcs11/src/codec/ulong.ts';
import { Attributes, attributeOf } from '../../pkcs11/src/objects/attributes.ts';
import { refusal } from './refusal.ts';
import { ServedSidecar } from './served-sidecar.ts';
import { TokenSession } from './token-session.ts';

let served: ServedSidecar;
let session: TokenSession;
beforeAll(async () => {
  served = await ServedSidecar.serve({ requiresPin: true });
  session = await TokenSession.open(served.socketPath);
  await session.client.logIn(session.handle, served.pin);
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
});

const message = Buffer.from('a message');
const ecb = { mechanism: CKM.AES_ECB, parameter: undefined };
const hmacWithSha256 = { mechanism: CKM.SHA256_HMAC, parameter: undefined };
const block = Buffer.alloc(16, 7);
const isPublic = attributeOf(CKA.PRIVATE, false);

/** C_CreateObject of a secret key. */
async function created(
  { client, handle }: TokenSession,
  keyType: number,
  value: Buffer,
  ...more: ReturnType<typeof attributeOf>[]
): Promise<CkUlong> {
  const template = [
    attributeOf(CKA.CLASS, CKO.SECRET_KEY),
    attributeOf(CKA.KEY_TYPE, keyType),
    attributeOf(CKA.VALUE, value),
    ...more,
  ];
  return (await client.call('C_CreateObject', { session: handle, template })).object;
}

async function attributes(object: CkUlong, ...types: number[]): Promise<Attributes> {
  const template = types.map((type) => ({ type, room: 100 }));
  const read = await session.client.call('C_GetAttributeValue', { session: session.handle, object, template });
  return new Attributes(read.template.filter((attribute) => attribute.kind !== 'unavailable'));
}

describe('RSA keys', () => {
  test('of a session may have 1024 bits', async () => {
    const pair = await session.rsaPair(1024);
    const signature = await session.sign(
      { mechanism: CKM.SHA256_RSA_PKCS, parameter: undefined },
      pair.privateKey,
      message,
    );
    expect(
      createVerify('sha256')
        .update(message)
        .verify(await session.publicKeyOf(pair), signature),
    ).toBe(true);
    expect(await refusal(session.rsaPair(512))).toBe(CKR.KEY_SIZE_RANGE);
  });

  test('of the token have 2048 at least, and both halves lie there', async () => {
    const generated = (bits: number, isPublicOnToken: boolean) =>
      session.client.call('C_GenerateKeyPair', {
        ...{ session: session.handle, mechanism: { mechanism: CKM.RSA_PKCS_KEY_PAIR_GEN, parameter: undefined } },
        publicKeyTemplate: [attributeOf(CKA.MODULUS_BITS, bits), attributeOf(CKA.TOKEN, isPublicOnToken)],
        privateKeyTemplate: [attributeOf(CKA.TOKEN, true)],
      });
    expect(await refusal(generated(1024, true))).toBe(CKR.KEY_SIZE_RANGE);
    expect(await refusal(generated(2048, false))).toBe(CKR.TEMPLATE_INCONSISTENT);
  });

  test('may have an exponent with zeros before it', async () => {
    const pair = await session.pair(CKM.RSA_PKCS_KEY_PAIR_GEN, [
      attributeOf(CKA.MODULUS_BITS, 1024),
      attributeOf(CKA.PUBLIC_EXPONENT, Buffer.of(0, 1, 0, 1)),
    ]);
    expect((await session.publicKeyOf(pair)).asymmetricKeyDetails?.publicExponent).toBe(65537n);
  });
});

describe('secret keys that come with their value', () => {
  test('compute what the value does, and never show it', async () => {
    // NIST SP 800-38A appendix F.1.1.
    const key = await created(session, CKK.AES, Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex'));
    const encrypted = await session.encrypt(ecb, key, Buffer.from('6bc1bee22e409f96e93d7e117393172a', 'hex'));
    expect(encrypted.toString('hex')).toBe('3ad77bb40d7a3660a89ecaf32466ef97');
    const said = [CKA.LOCAL, CKA.ALWAYS_SENSITIVE, CKA.NEVER_EXTRACTABLE, CKA.SENSITIVE];
    const shown = await attributes(key, CKA.VALUE, CKA.VALUE_LEN, ...said);
    expect(shown.has(CKA.VALUE)).toBe(false);
    expect(shown.ulong(CKA.VALUE_LEN)).toBe(16);
    expect(said.map((type) => shown.boolean(type))).toEqual([false, false, false, true]);
  });

  test.each([
    ['a generic secret', CKK.GENERIC_SECRET],
    ['a key of one hash', CKK.SHA256_HMAC],
  ])('may be %s', async (_what, keyType) => {
    const value = Buffer.alloc(131, 0xaa);
    const key = await created(session, keyType, value);
    const signature = await session.sign(hmacWithSha256, key, message);
    expect(signature).toEqual(createHmac('sha256', value).update(message).digest());
    expect((await attributes(key, CKA.KEY_TYPE)).ulong(CKA.KEY_TYPE)).toBe(keyType);
  });

  test('of one hash serve no other', async () => {
    const key = await created(session, CKK.SHA256_HMAC, block);
    const signed = session.sign({ mechanism: CKM.SHA512_HMAC, parameter: undefined }, key, message);
    expect(await refusal(signed)).toBe(CKR.KEY_TYPE_INCONSISTENT);
  });

  test.each([
    ['one of the token', CKK.AES, block, [attributeOf(CKA.TOKEN, true)], CKR.TEMPLATE_INCONSISTENT],
    ['a length that AES has not', CKK.AES, Buffer.alloc(15), [], CKR.ATTRIBUTE_VALUE_INVALID],
    ['another length than it says', CKK.AES, block, [attributeOf(CKA.VALUE_LEN, 32)], CKR.ATTRIBUTE_VALUE_INVALID],
    ['no bytes', CKK.GENERIC_SECRET, Buffer.alloc(0), [], CKR.ATTRIBUTE_VALUE_INVALID],
    ['a type that is not served', CKK.SHA224_HMAC, block, [], CKR.TEMPLATE_INCONSISTENT],
    ['what only the token says', CKK.AES, block, [attributeOf(CKA.LOCAL, true)], CKR.ATTRIBUTE_TYPE_INVALID],
  ] as const)('are not %s', async (_what, keyType, value, more, returnValue) => {
    expect(await refusal(created(session, keyType, value, ...more))).toBe(returnValue);
  });
});

describe('before a login', () => {
  test('session keys that are not private are made and used, and outlive login and logout', async () => {
    await using early = await TokenSession.open(served.socketPath);
    const { client, handle } = early;
    const made = await early.secret(CKM.AES_KEY_GEN, 16, isPublic);
    const brought = await created(early, CKK.AES, block, isPublic);
    const encrypted = await early.encrypt(ecb, made, block);
    await client.logIn(handle, served.pin);
    expect(await early.decrypt(ecb, made, encrypted)).toEqual(block);
    await client.call('C_Logout', { session: handle });
    expect(await early.decrypt(ecb, made, encrypted)).toEqual(block);
    expect(await early.encrypt(ecb, brought, block)).toHaveLength(16);
  });

  test('nothing private is made, and nothing of the token', async () => {
    await using early = await TokenSession.open(served.socketPath);
    const onToken = [isPublic, attributeOf(CKA.TOKEN, true)];
    expect(await refusal(early.secret(CKM.AES_KEY_GEN, 16))).toBe(CKR.USER_NOT_LOGGED_IN);
    expect(await refusal(early.secret(CKM.AES_KEY_GEN, 16, ...onToken))).toBe(CKR.USER_NOT_LOGGED_IN);
    expect(await refusal(early.rsaPair(1024))).toBe(CKR.USER_NOT_LOGGED_IN);
    expect(await refusal(created(early, CKK.AES, block))).toBe(CKR.USER_NOT_LOGGED_IN);
  });

  test('a key that is private ends with the login', async () => {
    await using late = await TokenSession.open(served.socketPath);
    await late.client.logIn(late.handle, served.pin);
    const key = await late.secret(CKM.AES_KEY_GEN, 16);
    await late.client.call('C_Logout', { session: late.handle });
    expect(await refusal(late.encrypt(ecb, key, block))).toBe(CKR.KEY_HANDLE_INVALID);
  });
});

test('a key of the login and one of the socket do not wrap each other', async () => {
  const wrapping = await session.secret(CKM.AES_KEY_GEN, 32);
  const wrapped = await session.secret(CKM.AES_KEY_GEN, 16, isPublic, attributeOf(CKA.EXTRACTABLE, true));
  const call = { session: session.handle, wrappingKey: wrapping, room: 100 };
  const mechanism = { mechanism: CKM.AES_KEY_WRAP, parameter: undefined };
  expect(await refusal(session.client.call('C_WrapKey', { ...call, mechanism, key: wrapped }))).toBe(
    CKR.KEY_NOT_WRAPPABLE,
  );
});
