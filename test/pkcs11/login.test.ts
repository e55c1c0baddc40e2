import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CKA } from '../../pkcs11/src/codec/constants/attribute-types.ts';
import { CKM } from '../../pkcs11/src/codec/constants/mechanism-types.ts';
import { CKK, CKO } from '../../pkcs11/src/codec/constants/objects.ts';
import { CKR } from '../../pkcs11/src/codec/constants/return-values.ts';
import { CKF, CKS, CKU } from '../../pkcs11/src/codec/constants/sessions.ts';
import type { CkUlong } from '../../pkcs11/src/codec/ulong.ts';
import { attributeOf } from '../../pkcs11/src/objects/attributes.ts';
import { CodecClient } from './codec-client.ts';
import { refusal } from './refusal.ts';
import { pinOf, ServedSidecar } from './served-sidecar.ts';

let served: ServedSidecar;
beforeAll(async () => {
  served = await ServedSidecar.serve({ requiresPin: true });
  await using hsm = await served.connect();
  await hsm.keys.create({ name: 'secret/key', algorithm: { name: 'AES-GCM', length: 256 }, usages: ['encrypt'] });
});
afterAll(() => served[Symbol.asyncDispose]());

async function secretKeys(client: CodecClient, session: CkUlong): Promise<readonly CkUlong[]> {
  await client.call('C_FindObjectsInit', { session, template: [attributeOf(CKA.CLASS, CKO.SECRET_KEY)] });
  const { objects } = await client.call('C_FindObjects', { session, room: 10 });
  await client.call('C_FindObjectsFinal', { session });
  return objects as readonly CkUlong[];
}

async function state(client: CodecClient, session: CkUlong): Promise<CkUlong> {
  return (await client.call('C_GetSessionInfo', { session })).state;
}

describe('a socket with a PIN', () => {
  test('says so, and shows private objects only after a login', async () => {
    await using client = await CodecClient.open(served.socketPath);
    const { flags } = await client.call('C_GetTokenInfo', { slot: 0 });
    expect(Number(flags) & CKF.LOGIN_REQUIRED).toBe(CKF.LOGIN_REQUIRED);
    const session = await client.openSession();
    expect(await secretKeys(client, session)).toEqual([]);
    expect(await state(client, session)).toBe(CKS.RW_PUBLIC_SESSION);
    await client.logIn(session, served.pin);
    expect(await secretKeys(client, session)).toHaveLength(1);
    expect(await state(client, session)).toBe(CKS.RW_USER_FUNCTIONS);
  });

  test('lets each application log in for itself, and all its sessions at once', async () => {
    await using client = await CodecClient.open(served.socketPath);
    await using other = await CodecClient.open(served.socketPath);
    const [first, second, theirs] = [await client.openSession(), await client.openSession(), await other.openSession()];
    await client.logIn(first, served.pin);
    expect(await secretKeys(client, second)).toHaveLength(1);
    expect(await secretKeys(other, theirs)).toEqual([]);
    await client.call('C_Logout', { session: second });
    expect(await secretKeys(client, first)).toEqual([]);
  });

  test('forgets the login with the last session', async () => {
    await using client = await CodecClient.open(served.socketPath);
    const session = await client.openSession();
    await client.logIn(session, served.pin);
    await client.call('C_CloseSession', { session });
    expect(await secretKeys(client, await client.openSession())).toEqual([]);
  });

  test('takes no handle of an object that a logout has hidden', async () => {
    await using client = await CodecClient.open(served.socketPath);
    const session = await client.openSession();
    await client.logIn(session, served.pin);
    const [object = 0] = await secretKeys(client, session);
    await client.call('C_Logout', { session });
    expect(await refusal(client.call('C_GetObjectSize', { session, object }))).toBe(CKR.OBJECT_HANDLE_INVALID);
  });

  test.each([
    ['of nobody', 'x'.repeat(43)],
    ['shorter than any', '1234'],
    ['empty', ''],
    ['of another principal', pinOf('officer')],
  ])('refuses a PIN %s', async (_what, pin) => {
    await using client = await CodecClient.open(served.socketPath);
    const session = await client.openSession();
    expect(await refusal(client.logIn(session, pin))).toBe(CKR.PIN_INCORRECT);
    expect(await secretKeys(client, session)).toEqual([]);
  });
});

describe('a session key that is said to be public', () => {
  const template = [
    attributeOf(CKA.PRIVATE, false),
    attributeOf(CKA.VALUE_LEN, 32),
    attributeOf(CKA.KEY_TYPE, CKK.AES),
  ];
  const aes = { mechanism: CKM.AES_KEY_GEN, parameter: undefined };

  test('needs no login, and outlives one', async () => {
    await using client = await CodecClient.open(served.socketPath);
    const session = await client.openSession();
    const { key } = await client.call('C_GenerateKey', { session, mechanism: aes, template });
    const encrypted = await encrypt(client, session, key);
    await client.logIn(session, served.pin);
    expect(await encrypt(client, session, key)).toEqual(encrypted);
    await client.call('C_Logout', { session });
    expect(await encrypt(client, session, key)).toEqual(encrypted);
    await client.call('C_DestroyObject', { session, object: key });
    expect(await refusal(encrypt(client, session, key))).toBe(CKR.KEY_HANDLE_INVALID);
  });

  test('is the only kind that needs none', async () => {
    await using client = await CodecClient.open(served.socketPath);
    const session = await client.openSession();
    const making = { session, mechanism: aes, template: template.slice(1) };
    expect(await refusal(client.call('C_GenerateKey', making))).toBe(CKR.USER_NOT_LOGGED_IN);
  });

  async function encrypt(client: CodecClient, session: CkUlong, key: CkUlong): Promise<unknown> {
    const mechanism = { mechanism: CKM.AES_ECB, parameter: undefined };
    await client.call('C_EncryptInit', { session, mechanism, key });
    return client.call('C_Encrypt', { session, data: Buffer.alloc(16, 7), room: 64 });
  }
});

describe('a security officer', () => {
  test('logs in by the token of an officer, whoever the application is', async () => {
    await using client = await CodecClient.open(served.socketPath);
    const session = await client.openSession();
    await client.logIn(session, served.officerPin, CKU.SO);
    expect(await state(client, session)).toBe(CKS.RW_SO_FUNCTIONS);
    expect(await refusal(client.openSession(0, CKF.SERIAL_SESSION))).toBe(CKR.SESSION_READ_WRITE_SO_EXISTS);
    expect(await refusal(client.logIn(session, served.pin))).toBe(CKR.USER_ANOTHER_ALREADY_LOGGED_IN);
    expect(await refusal(client.logIn(session, served.officerPin, CKU.SO))).toBe(CKR.USER_ALREADY_LOGGED_IN);
  });

  test('is not who has no such role, and works in read-write sessions', async () => {
    await using client = await CodecClient.open(served.socketPath);
    const session = await client.openSession();
    expect(await refusal(client.logIn(session, pinOf('auditor'), CKU.SO))).toBe(CKR.PIN_INCORRECT);
    await client.openSession(0, CKF.SERIAL_SESSION);
    expect(await refusal(client.logIn(session, served.officerPin, CKU.SO))).toBe(CKR.SESSION_READ_ONLY_EXISTS);
  });
});

test('user types and sessions that there are not are refused', async () => {
  await using client = await CodecClient.open(served.socketPath);
  const session = await client.openSession();
  expect(await refusal(client.logIn(session, served.pin, 7))).toBe(CKR.USER_TYPE_INVALID);
  expect(await refusal(client.logIn(session, served.pin, CKU.CONTEXT_SPECIFIC))).toBe(CKR.OPERATION_NOT_INITIALIZED);
  expect(await refusal(client.logIn(0, served.pin))).toBe(CKR.SESSION_HANDLE_INVALID);
  expect(await refusal(client.call('C_Logout', { session }))).toBe(CKR.USER_NOT_LOGGED_IN);
  expect(await refusal(client.openSession(0, CKF.RW_SESSION))).toBe(CKR.SESSION_PARALLEL_NOT_SUPPORTED);
  expect(await refusal(client.openSession(9))).toBe(CKR.SLOT_ID_INVALID);
});
