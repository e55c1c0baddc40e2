import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CKM } from '../../pkcs11/src/codec/constants/mechanism-types.ts';
import { CKG, CKZ } from '../../pkcs11/src/codec/constants/parameters.ts';
import { CKR } from '../../pkcs11/src/codec/constants/return-values.ts';
import type { CkUlong } from '../../pkcs11/src/codec/ulong.ts';
import { refusal } from './refusal.ts';
import { ServedSidecar } from './served-sidecar.ts';
import { mechanism, type Pair, TokenSession } from './token-session.ts';

let served: ServedSidecar;
let session: TokenSession;
beforeAll(async () => {
  served = await ServedSidecar.serve();
  session = await TokenSession.open(served.socketPath);
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
});

const iv = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const ecb = mechanism(CKM.AES_ECB);
const cbc = mechanism(CKM.AES_CBC, { kind: 'IV', iv });
const cbcPad = mechanism(CKM.AES_CBC_PAD, { kind: 'IV', iv });
const ctr = mechanism(CKM.AES_CTR, { kind: 'CK_AES_CTR_PARAMS', counterBits: 64, cb: iv });
const aad = Buffer.from('with');
const gcm = mechanism(CKM.AES_GCM, { kind: 'CK_GCM_PARAMS', iv: iv.subarray(4), ivBits: 96, aad, tagBits: 128 });

/** In pieces that begin and end everywhere in blocks. */
function inPieces(data: Buffer, sizes: readonly number[]): readonly Buffer[] {
  let offset = 0;
  const pieces = sizes.map((size) => {
    offset += size;
    return data.subarray(offset - size, offset);
  });
  return [...pieces, data.subarray(offset)];
}

const lengths = (parts: readonly Buffer[]) => parts.map(({ length }) => length);

describe('AES', () => {
  let key: CkUlong;
  beforeAll(async () => {
    key = await session.secret(CKM.AES_KEY_GEN, 32);
  });

  test.each([
    ['ECB', ecb],
    ['CBC', cbc],
    ['CBC with padding', cbcPad],
    ['CTR', ctr],
    ['GCM', gcm],
  ] as const)('%s gives in parts what it gives at once, and takes it back', async (_name, type) => {
    const data = randomBytes(160);
    const sizes = [5, 11, 0, 17, 32, 50];
    const encrypted = await session.encrypt(type, key, data);
    expect(encrypted).not.toContainEqual(data);
    expect(Buffer.concat(await session.encryptParts(type, key, inPieces(data, sizes)))).toEqual(encrypted);
    expect(await session.decrypt(type, key, encrypted)).toEqual(data);
    expect(Buffer.concat(await session.decryptParts(type, key, inPieces(encrypted, sizes)))).toEqual(data);
  });

  test('computes each part as soon as it can', async () => {
    const sizes = [5, 11, 40, 8];
    const pieces = inPieces(randomBytes(64), sizes).slice(0, -1);
    expect(lengths(await session.encryptParts(cbc, key, pieces))).toEqual([0, 16, 32, 16, 0]);
    expect(lengths(await session.encryptParts(cbcPad, key, pieces))).toEqual([0, 16, 32, 16, 16]);
    expect(lengths(await session.encryptParts(ctr, key, pieces))).toEqual([5, 11, 40, 8, 0]);
    expect(lengths(await session.encryptParts(gcm, key, pieces))).toEqual([0, 0, 0, 0, 80]);
    expect(lengths(await session.decryptParts(cbc, key, pieces))).toEqual([0, 16, 32, 16, 0]);
    const padded = await session.encrypt(cbcPad, key, randomBytes(40));
    expect(lengths(await session.decryptParts(cbcPad, key, [padded.subarray(0, 16), padded.subarray(16)]))).toEqual([
      0, 32, 8,
    ]);
  });

  test('counts as OpenSSL does where the counter does not wrap, and only its own bits where it does', async () => {
    const zeros = Buffer.alloc(64);
    const high = Buffer.from('00112233445566778899aabbffffffff', 'hex');
    const counter = (counterBits: number, cb: Buffer) =>
      mechanism(CKM.AES_CTR, { kind: 'CK_AES_CTR_PARAMS', counterBits, cb });
    const wrapped = await session.encryptParts(counter(32, high), key, inPieces(zeros, [20, 20]));
    const second = Buffer.from('00112233445566778899aabb00000000', 'hex');
    const rest = await session.encrypt(counter(128, second), key, zeros.subarray(16));
    expect(Buffer.concat(wrapped).subarray(16)).toEqual(rest);
    const small = counter(1, iv);
    expect(await refusal(session.encrypt(small, key, Buffer.alloc(33)))).toBe(CKR.DATA_LEN_RANGE);
    expect(await refusal(session.encryptParts(small, key, [Buffer.alloc(32), Buffer.alloc(1)]))).toBe(
      CKR.DATA_LEN_RANGE,
    );
  });

  test('refuses what is no text of its mode', async () => {
    const encryption = (type: typeof ecb, bytes: number) => refusal(session.encrypt(type, key, Buffer.alloc(bytes)));
    const decryption = (type: typeof ecb, bytes: number) => refusal(session.decrypt(type, key, Buffer.alloc(bytes)));
    expect(await encryption(ecb, 15)).toBe(CKR.DATA_LEN_RANGE);
    expect(await encryption(cbc, 17)).toBe(CKR.DATA_LEN_RANGE);
    expect(await decryption(cbc, 17)).toBe(CKR.ENCRYPTED_DATA_LEN_RANGE);
    expect(await decryption(cbcPad, 0)).toBe(CKR.ENCRYPTED_DATA_LEN_RANGE);
    expect(await decryption(gcm, 15)).toBe(CKR.ENCRYPTED_DATA_LEN_RANGE);
    expect(await decryption(gcm, 40)).toBe(CKR.AEAD_DECRYPT_FAILED);
    // Whether zeros decrypt to a padding depends on the key: a text of zeros that was not padded does not.
    const unpadded = await session.encrypt(cbc, key, Buffer.alloc(32));
    expect(await refusal(session.decrypt(cbcPad, key, unpadded))).toBe(CKR.ENCRYPTED_DATA_INVALID);
    await using old = await TokenSession.open(served.socketPath, 0);
    expect(await refusal(old.encrypt(ecb, key, Buffer.alloc(16)))).toBe(CKR.KEY_HANDLE_INVALID);
  });

  test.each([
    ['CTR', mechanism(CKM.AES_CTR, { kind: 'CK_AES_CTR_PARAMS', counterBits: 129, cb: iv })],
    ['GCM', mechanism(CKM.AES_GCM, { kind: 'CK_GCM_PARAMS', iv, ivBits: 128, aad: null, tagBits: 100 })],
    ['GCM', mechanism(CKM.AES_GCM, { kind: 'CK_GCM_PARAMS', iv: null, ivBits: 0, aad: null, tagBits: 128 })],
    ['CBC', mechanism(CKM.AES_CBC)],
  ] as const)('%s refuses other parameters', async (_name, type) => {
    expect(await refusal(session.encrypt(type, key, Buffer.alloc(16)))).toBe(CKR.MECHANISM_PARAM_INVALID);
  });
});

test('keys of WebCrypto encrypt as WebCrypto does, and nothing else', async () => {
  await using hsm = await served.connect();
  const usages = ['encrypt', 'decrypt'] as const;
  for (const name of ['AES-GCM', 'AES-CBC', 'AES-CTR']) {
    await hsm.keys.create({ name: `ciphers/${name.toLowerCase()}`, algorithm: { name, length: 256 }, usages });
  }
  const data = Buffer.from('the same bytes');
  const key = await session.secretNamed('ciphers/aes-cbc');
  const encrypted = Buffer.concat(await session.encryptParts(cbcPad, key, [data, data]));
  const { secretKey: web } = await hsm.keys.get('ciphers/aes-cbc');
  expect(Buffer.from(await hsm.subtle.decrypt({ name: 'AES-CBC', iv }, web, encrypted))).toEqual(
    Buffer.concat([data, data]),
  );
  expect(await session.decrypt(cbcPad, key, encrypted)).toEqual(Buffer.concat([data, data]));
  for (const type of [cbc, ecb, gcm, ctr]) {
    expect(await refusal(session.encrypt(type, key, Buffer.alloc(16)))).toBe(CKR.KEY_FUNCTION_NOT_PERMITTED);
  }
  const counting = await session.secretNamed('ciphers/aes-ctr');
  const counted = Buffer.concat(await session.encryptParts(ctr, counting, [data, data]));
  expect(await session.decrypt(ctr, counting, counted)).toEqual(Buffer.concat([data, data]));
});

describe('RSA', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await session.rsaPair();
  });
  const secret = Buffer.from('sixteen bytes ..');
  const oaep = (hashAlg: number, mgf: number, sourceData: Buffer | null = null) =>
    mechanism(CKM.RSA_PKCS_OAEP, {
      kind: 'CK_RSA_PKCS_OAEP_PARAMS',
      hashAlg,
      mgf,
      source: CKZ.DATA_SPECIFIED,
      sourceData,
    });

  test('decrypts what others have encrypted, and takes its own back', async () => {
    const key = await session.publicKeyOf(pair);
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const label = Buffer.from('label');
    const given = publicEncrypt({ key, padding, oaepHash: 'sha256', oaepLabel: label }, secret);
    const type = oaep(CKM.SHA256, CKG.MGF1_SHA256, label);
    expect(await session.decrypt(type, pair.privateKey, given)).toEqual(secret);
    expect(await session.decrypt(type, pair.privateKey, await session.encrypt(type, pair.publicKey, secret))).toEqual(
      secret,
    );
    const padded = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, secret);
    expect(await session.decrypt(mechanism(CKM.RSA_PKCS), pair.privateKey, padded)).toEqual(secret);
    const own = await session.encrypt(mechanism(CKM.RSA_PKCS), pair.publicKey, secret);
    expect(await session.decrypt(mechanism(CKM.RSA_PKCS), pair.privateKey, own)).toEqual(secret);
  });

  test('OAEP may have another hash for its mask', async () => {
    const type = oaep(CKM.SHA384, CKG.MGF1_SHA1, Buffer.from('label'));
    const encrypted = await session.encrypt(type, pair.publicKey, secret);
    expect(await session.decrypt(type, pair.privateKey, encrypted)).toEqual(secret);
    const other = oaep(CKM.SHA384, CKG.MGF1_SHA384, Buffer.from('label'));
    expect(await refusal(session.decrypt(other, pair.privateKey, encrypted))).toBe(CKR.ENCRYPTED_DATA_INVALID);
  });

  test('refuses what is too long or too short', async () => {
    const type = oaep(CKM.SHA256, CKG.MGF1_SHA256);
    const encryption = (one: typeof type, bytes: number) =>
      refusal(session.encrypt(one, pair.publicKey, Buffer.alloc(bytes)));
    expect(await encryption(type, 190)).toBe(CKR.OK);
    expect(await encryption(type, 191)).toBe(CKR.DATA_LEN_RANGE);
    expect(await encryption(mechanism(CKM.RSA_PKCS), 246)).toBe(CKR.DATA_LEN_RANGE);
    expect(await refusal(session.decrypt(type, pair.privateKey, Buffer.alloc(255)))).toBe(CKR.ENCRYPTED_DATA_LEN_RANGE);
    expect(await refusal(session.decrypt(type, pair.privateKey, Buffer.alloc(257)))).toBe(CKR.ENCRYPTED_DATA_LEN_RANGE);
  });

  test('keeps what did not fit, and asks the sidecar once', async () => {
    const { client, handle } = session;
    const type = mechanism(CKM.RSA_PKCS);
    const data = await session.encrypt(type, pair.publicKey, secret);
    await using hsm = await served.connect();
    const { size } = await hsm.call('audit.list', { limit: 1 });
    await client.call('C_DecryptInit', { session: handle, mechanism: type, key: pair.privateKey });
    const decrypt = (room: number | null) => client.call('C_Decrypt', { session: handle, data, room });
    expect(await decrypt(null)).toEqual({ data: { lengthOnly: 245 } });
    expect(await decrypt(15)).toEqual({ data: { lengthOnly: 16 } });
    expect(await decrypt(16)).toEqual({ data: secret });
    expect(await refusal(decrypt(16))).toBe(CKR.OPERATION_NOT_INITIALIZED);
    const { records } = await hsm.call('audit.list', { start: size, limit: 100 });
    expect(records.filter(({ record }) => JSON.stringify(record).includes('"subtle.decrypt"'))).toHaveLength(1);
  });
});

test('AES-CBC and AES-CTR are those of node:crypto', async () => {
  // A key that both sides know comes in by what it is wrapped to.
  const bytes = randomBytes(32);
  const pair = await session.rsaPair();
  const key = await session.unwrapped(await session.publicKeyOf(pair), pair.privateKey, bytes);
  const data = randomBytes(48);
  const expected = (name: string, padding: boolean, vector: Buffer | null = iv) => {
    const cipher = createCipheriv(name, bytes, vector).setAutoPadding(padding);
    return Buffer.concat([cipher.update(data), cipher.final()]);
  };
  expect(await session.encrypt(cbcPad, key, data)).toEqual(expected('aes-256-cbc', true));
  expect(await session.encrypt(cbc, key, data)).toEqual(expected('aes-256-cbc', false));
  expect(await session.encrypt(ecb, key, data)).toEqual(expected('aes-256-ecb', false, null));
  expect(Buffer.concat(await session.encryptParts(ctr, key, [data.subarray(0, 7), data.subarray(7)]))).toEqual(
    expected('aes-256-ctr', true),
  );
  const cipher = createCipheriv('aes-256-gcm', bytes, iv.subarray(4)).setAAD(aad);
  const tagged = Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
  expect(await session.encrypt(gcm, key, data)).toEqual(tagged);
});
