import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CKM } from '../../pkcs11/src/codec/constants/mechanism-types.ts';
import { CKR } from '../../pkcs11/src/codec/constants/return-values.ts';
import { CKF } from '../../pkcs11/src/codec/constants/sessions.ts';
import type { CkUlong } from '../../pkcs11/src/codec/ulong.ts';
import type { CodecClient } from './codec-client.ts';
import { refusal } from './refusal.ts';
import { ServedSidecar } from './served-sidecar.ts';
import { mechanism, type Pair, TokenSession } from './token-session.ts';

let served: ServedSidecar;
let open: TokenSession;
let client: CodecClient;
let session: CkUlong;
let aes: CkUlong;
let pair: Pair;
beforeAll(async () => {
  served = await ServedSidecar.serve();
  open = await TokenSession.open(served.socketPath);
  client = open.client;
  session = open.handle;
  aes = await open.secret(CKM.AES_KEY_GEN, 16);
  pair = await open.curvePair('P-256');
});
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
});

const data = Buffer.from('sixteen bytes ..');
const sha256 = mechanism(CKM.SHA256);
const ecb = mechanism(CKM.AES_ECB);
const ecdsa = mechanism(CKM.ECDSA_SHA256);

describe('digests', () => {
  test.each([
    [CKM.SHA_1, 'sha1'],
    [CKM.SHA224, 'sha224'],
    [CKM.SHA256, 'sha256'],
    [CKM.SHA384, 'sha384'],
    [CKM.SHA512, 'sha512'],
    [CKM.SHA512_224, 'sha512-224'],
    [CKM.SHA512_256, 'sha512-256'],
    [CKM.SHA3_224, 'sha3-224'],
    [CKM.SHA3_256, 'sha3-256'],
    [CKM.SHA3_384, 'sha3-384'],
    [CKM.SHA3_512, 'sha3-512'],
  ] as const)('of mechanism %i are those of %s', async (type, name) => {
    const expected = createHash(name).update(data).update(data).digest();
    await client.call('C_DigestInit', { session, mechanism: mechanism(type) });
    expect(await client.call('C_Digest', { session, data: Buffer.concat([data, data]), room: 64 })).toEqual({
      data: expected,
    });
    await client.call('C_DigestInit', { session, mechanism: mechanism(type) });
    await client.call('C_DigestUpdate', { session, data });
    await client.call('C_DigestUpdate', { session, data });
    expect(await client.call('C_DigestFinal', { session, room: null })).toEqual({
      data: { lengthOnly: expected.length },
    });
    expect(await client.call('C_DigestFinal', { session, room: 64 })).toEqual({ data: expected });
  });

  test('begun at once do not end in parts, nor the other way, and an error ends them', async () => {
    await client.call('C_DigestInit', { session, mechanism: sha256 });
    await client.call('C_DigestUpdate', { session, data });
    expect(await refusal(client.call('C_Digest', { session, data, room: 32 }))).toBe(CKR.OPERATION_ACTIVE);
    expect(await refusal(client.call('C_DigestFinal', { session, room: 32 }))).toBe(CKR.OPERATION_NOT_INITIALIZED);
    await client.call('C_DigestInit', { session, mechanism: sha256 });
    await client.call('C_Digest', { session, data, room: null });
    expect(await refusal(client.call('C_DigestFinal', { session, room: 32 }))).toBe(CKR.OPERATION_ACTIVE);
    expect(await refusal(client.call('C_Digest', { session, data, room: 32 }))).toBe(CKR.OPERATION_NOT_INITIALIZED);
  });

  test('are not made of keys', async () => {
    await client.call('C_DigestInit', { session, mechanism: sha256 });
    expect(await refusal(client.call('C_DigestKey', { session, key: aes }))).toBe(CKR.KEY_INDIGESTIBLE);
    await client.call('C_DigestInit', { session, mechanism: sha256 });
    expect(await refusal(client.call('C_DigestKey', { session, key: 1 }))).toBe(CKR.KEY_HANDLE_INVALID);
  });
});

describe('what is refused, and in which order', () => {
  const begin = (given: Partial<{ session: CkUlong; mechanism: typeof ecb; key: CkUlong }>) =>
    refusal(client.call('C_EncryptInit', { session, mechanism: ecb, key: aes, ...given }));

  test('session, mechanism, parameter, handle, type, permission', async () => {
    const wrongParameter = mechanism(CKM.AES_CBC);
    expect(await begin({ session: 1, mechanism: wrongParameter, key: 1 })).toBe(CKR.SESSION_HANDLE_INVALID);
    expect(await begin({ mechanism: sha256, key: 1 })).toBe(CKR.MECHANISM_INVALID);
    expect(await begin({ mechanism: wrongParameter, key: 1 })).toBe(CKR.MECHANISM_PARAM_INVALID);
    expect(await begin({ key: 1 })).toBe(CKR.KEY_HANDLE_INVALID);
    expect(await begin({ mechanism: mechanism(CKM.RSA_PKCS) })).toBe(CKR.KEY_TYPE_INCONSISTENT);
    const key = pair.publicKey;
    const sign = client.call('C_SignInit', { session, mechanism: ecdsa, key });
    expect(await refusal(sign)).toBe(CKR.KEY_FUNCTION_NOT_PERMITTED);
  });

  test('a second operation of the kind, until the first has ended or was cancelled', async () => {
    expect(await begin({})).toBe(CKR.OK);
    expect(await begin({})).toBe(CKR.OPERATION_ACTIVE);
    await client.call('C_EncryptInit', { session, mechanism: null, key: aes });
    expect(await begin({})).toBe(CKR.OK);
    await client.call('C_SessionCancel', { session, flags: CKF.ENCRYPT });
    expect(await begin({})).toBe(CKR.OK);
    await client.call('C_SessionCancel', { session, flags: CKF.DECRYPT | CKF.SIGN });
    expect(await begin({})).toBe(CKR.OPERATION_ACTIVE);
    expect(await client.call('C_EncryptFinal', { session, room: 16 })).toEqual({ data: Buffer.alloc(0) });
  });

  test('steps of what was not begun, or was begun the other way', async () => {
    const encrypt = (room: number | null) => client.call('C_Encrypt', { session, data, room });
    const update = (room: number | null) => client.call('C_EncryptUpdate', { session, data, room });
    expect(await refusal(encrypt(16))).toBe(CKR.OPERATION_NOT_INITIALIZED);
    await begin({});
    expect(await encrypt(null)).toEqual({ data: { lengthOnly: 16 } });
    expect(await encrypt(15)).toEqual({ data: { lengthOnly: 16 } });
    expect(await refusal(update(16))).toBe(CKR.OPERATION_ACTIVE);
    const expected = await open.encrypt(ecb, aes, data);
    await begin({});
    expect(await update(15)).toEqual({ data: { lengthOnly: 16 } });
    expect(await update(16)).toEqual({ data: expected });
    expect(await refusal(encrypt(16))).toBe(CKR.OPERATION_ACTIVE);
    expect(await refusal(client.call('C_EncryptFinal', { session, room: 16 }))).toBe(CKR.OPERATION_NOT_INITIALIZED);
  });

  test('a last part of nothing is there for who asks for its length, and for who has no room', async () => {
    await begin({});
    await client.call('C_EncryptUpdate', { session, data, room: 16 });
    expect(await client.call('C_EncryptFinal', { session, room: null })).toEqual({ data: Buffer.alloc(0) });
    expect(await client.call('C_EncryptFinal', { session, room: 16 })).toEqual({ data: Buffer.alloc(0) });
    expect(await refusal(client.call('C_EncryptFinal', { session, room: 16 }))).toBe(CKR.OPERATION_NOT_INITIALIZED);
    await begin({});
    await client.call('C_EncryptFinal', { session, room: null });
    expect(await begin({})).toBe(CKR.OK);
    expect(await begin({})).toBe(CKR.OPERATION_ACTIVE);
    await client.call('C_SessionCancel', { session, flags: CKF.ENCRYPT });
  });

  test('states and two operations in one', async () => {
    const dual = client.call('C_DigestEncryptUpdate', { session, data, room: 16 });
    expect(await refusal(dual)).toBe(CKR.FUNCTION_NOT_SUPPORTED);
    expect(await refusal(client.call('C_GetOperationState', { session, room: null }))).toBe(CKR.FUNCTION_NOT_SUPPORTED);
    const state = { session, state: data, encryptionKey: 0, authenticationKey: 0 };
    expect(await refusal(client.call('C_SetOperationState', state))).toBe(CKR.FUNCTION_NOT_SUPPORTED);
  });
});

test('lengths of signatures are told without the sidecar', async () => {
  await using hsm = await served.connect();
  const { size } = await hsm.call('audit.list', { limit: 1 });
  await client.call('C_SignInit', { session, mechanism: ecdsa, key: pair.privateKey });
  expect(await client.call('C_Sign', { session, data, room: null })).toEqual({ data: { lengthOnly: 64 } });
  expect(await client.call('C_Sign', { session, data, room: 63 })).toEqual({ data: { lengthOnly: 64 } });
  await client.call('C_Sign', { session, data, room: 64 });
  const { records } = await hsm.call('audit.list', { start: size, limit: 100 });
  expect(records.filter(({ record }) => JSON.stringify(record).includes('"subtle.sign"'))).toHaveLength(1);
});

test('a list of mechanisms says first how long it is', async () => {
  const { mechanisms } = await client.call('C_GetMechanismList', { slot: 0, room: null });
  const { lengthOnly: count } = mechanisms as { readonly lengthOnly: number };
  expect(await client.call('C_GetMechanismList', { slot: 0, room: count - 1 })).toEqual({ mechanisms });
  const { mechanisms: all } = await client.call('C_GetMechanismList', { slot: 0, room: count });
  expect(all).toHaveLength(count);
  const info = { slot: 0, mechanism: CKM.ECDSA };
  expect(await client.call('C_GetMechanismInfo', info)).toMatchObject({ minKeySize: 256, maxKeySize: 521 });
  expect(await refusal(client.call('C_GetMechanismInfo', { ...info, slot: 9 }))).toBe(CKR.SLOT_ID_INVALID);
  expect(await refusal(client.call('C_GetMechanismInfo', { ...info, mechanism: 999 }))).toBe(CKR.MECHANISM_INVALID);
});

test.each([
  ['that cannot say so get no random bytes', 0, CKR.OK],
  ['that can are told of the memory that is missing', 2, CKR.ARGUMENTS_BAD],
] as const)('clients without memory %s', async (_what, version, returnValue) => {
  await using open = await TokenSession.open(served.socketPath, version);
  const asked = open.client.call('C_GenerateRandom', { session: open.handle, room: null });
  expect(await refusal(asked)).toBe(returnValue);
});

describe('messages', () => {
  test('are signed and verified one after the other with one key', async () => {
    const of = { session, parameter: null };
    const messages = [data, randomBytes(100)];
    await client.call('C_MessageSignInit', { session, mechanism: ecdsa, key: pair.privateKey });
    await client.call('C_MessageVerifyInit', { session, mechanism: ecdsa, key: pair.publicKey });
    for (const message of messages) {
      expect(await client.call('C_SignMessage', { ...of, data: message, room: null })).toEqual({
        data: { lengthOnly: 64 },
      });
      const { data: signature } = await client.call('C_SignMessage', { ...of, data: message, room: 64 });
      await client.call('C_VerifyMessage', { ...of, data: message, signature });
      const wrong = client.call('C_VerifyMessage', { ...of, data: Buffer.alloc(5), signature });
      expect(await refusal(wrong)).toBe(CKR.SIGNATURE_INVALID);
    }
    await client.call('C_SignMessageBegin', of);
    await client.call('C_SignMessageNext', { ...of, data, isLast: 0, room: null });
    const last = { ...of, data, isLast: 1 };
    expect(await client.call('C_SignMessageNext', { ...last, room: null })).toEqual({ data: { lengthOnly: 64 } });
    const { data: signature } = await client.call('C_SignMessageNext', { ...last, room: 64 });
    await client.call('C_VerifyMessageBegin', of);
    await client.call('C_VerifyMessageNext', { ...of, data, signature: null });
    await client.call('C_VerifyMessageNext', { ...of, data, signature });
    await client.call('C_MessageSignFinal', { session });
    await client.call('C_MessageVerifyFinal', { session });
    const late = client.call('C_SignMessage', { ...of, data, room: 64 });
    expect(await refusal(late)).toBe(CKR.OPERATION_NOT_INITIALIZED);
  });

  test('that are begun end before the next, have no parameter, and are not encrypted', async () => {
    const of = { session, parameter: null };
    await client.call('C_MessageSignInit', { session, mechanism: ecdsa, key: pair.privateKey });
    await client.call('C_SignMessageBegin', of);
    expect(await refusal(client.call('C_SignMessageBegin', of))).toBe(CKR.OPERATION_ACTIVE);
    const begun = client.call('C_SignMessageNext', { ...of, data, isLast: 1, room: 64 });
    expect(await refusal(begun)).toBe(CKR.OPERATION_NOT_INITIALIZED);
    const given = client.call('C_SignMessage', { session, parameter: data, data, room: 64 });
    expect(await refusal(given)).toBe(CKR.MECHANISM_PARAM_INVALID);
    await client.call('C_SessionCancel', { session, flags: CKF.MESSAGE_SIGN });
    expect(await refusal(client.call('C_MessageSignFinal', { session }))).toBe(CKR.OPERATION_NOT_INITIALIZED);
    const iv = Buffer.alloc(12);
    const gcm = mechanism(CKM.AES_GCM, { kind: 'CK_GCM_PARAMS', iv, ivBits: 96, aad: null, tagBits: 128 });
    const encryption = client.call('C_MessageEncryptInit', { session, mechanism: gcm, key: aes });
    expect(await refusal(encryption)).toBe(CKR.MECHANISM_INVALID);
  });
});
