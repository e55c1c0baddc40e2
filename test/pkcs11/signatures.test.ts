import { constants, createHash, randomBytes, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CKM } from '../../pkcs11/src/codec/constants/mechanism-types.ts';
import { CKP } from '../../pkcs11/src/codec/constants/objects.ts';
import { CKG } from '../../pkcs11/src/codec/constants/parameters.ts';
import { CKR } from '../../pkcs11/src/codec/constants/return-values.ts';
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

const message = Buffer.from('what is signed');
/** Longer than what is sent to be hashed. */
const longMessage = Array.from({ length: 5 }, () => randomBytes(300_000));

/** Verified by the token too, and refused by it when something else was signed. */
async function expectVerified(
  type: Parameters<TokenSession['sign']>[0],
  key: Pair['publicKey'],
  data: Buffer,
  signature: Buffer,
) {
  await session.verify(type, key, data, signature);
  const other = Buffer.from(data);
  other.writeUInt8(other.readUInt8(0) ^ 1, 0);
  expect(await refusal(session.verify(type, key, other, signature))).toBe(CKR.SIGNATURE_INVALID);
  expect(await refusal(session.verify(type, key, data, signature.subarray(1)))).toBe(CKR.SIGNATURE_LEN_RANGE);
}

describe('RSA', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await session.rsaPair();
  });

  test.each([
    [CKM.SHA1_RSA_PKCS, 'sha1'],
    [CKM.SHA224_RSA_PKCS, 'sha224'],
    [CKM.SHA256_RSA_PKCS, 'sha256'],
    [CKM.SHA384_RSA_PKCS, 'sha384'],
    [CKM.SHA512_RSA_PKCS, 'sha512'],
    [CKM.SHA3_256_RSA_PKCS, 'sha3-256'],
    [CKM.SHA3_384_RSA_PKCS, 'sha3-384'],
    [CKM.SHA3_512_RSA_PKCS, 'sha3-512'],
  ] as const)('mechanism %i is PKCS#1 with %s', async (type, digest) => {
    const key = await session.publicKeyOf(pair);
    const signature = await session.sign(mechanism(type), pair.privateKey, message);
    expect(verify(digest, message, key, signature)).toBe(true);
    await expectVerified(mechanism(type), pair.publicKey, message, signature);
    const long = await session.signParts(mechanism(type), pair.privateKey, longMessage);
    expect(verify(digest, Buffer.concat(longMessage), key, long)).toBe(true);
  });

  test.each([
    [CKM.SHA1_RSA_PKCS_PSS, 'sha1', CKM.SHA_1, CKG.MGF1_SHA1, 20],
    [CKM.SHA256_RSA_PKCS_PSS, 'sha256', CKM.SHA256, CKG.MGF1_SHA256, 32],
    [CKM.SHA384_RSA_PKCS_PSS, 'sha384', CKM.SHA384, CKG.MGF1_SHA384, 0],
    [CKM.SHA512_RSA_PKCS_PSS, 'sha512', CKM.SHA512, CKG.MGF1_SHA512, 64],
  ] as const)('mechanism %i is PSS with %s, of messages and of digests', async (type, digest, hashAlg, mgf, sLen) => {
    const key = { key: await session.publicKeyOf(pair), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: sLen };
    const parameter = { kind: 'CK_RSA_PKCS_PSS_PARAMS', hashAlg, mgf, sLen } as const;
    const hashing = mechanism(type, parameter);
    const signature = await session.sign(hashing, pair.privateKey, message);
    expect(verify(digest, message, key, signature)).toBe(true);
    await expectVerified(hashing, pair.publicKey, message, signature);
    const long = await session.signParts(hashing, pair.privateKey, longMessage);
    expect(verify(digest, Buffer.concat(longMessage), key, long)).toBe(true);
    const ready = mechanism(CKM.RSA_PKCS_PSS, parameter);
    const made = createHash(digest).update(message).digest();
    const ofDigest = await session.sign(ready, pair.privateKey, made);
    expect(verify(digest, message, key, ofDigest)).toBe(true);
    await expectVerified(ready, pair.publicKey, made, ofDigest);
  });

  test('PSS refuses parameters that contradict each other', async () => {
    const refused = (type: number, hashAlg: number, mgf: number, sLen: number) =>
      refusal(
        session.sign(
          mechanism(type, { kind: 'CK_RSA_PKCS_PSS_PARAMS', hashAlg, mgf, sLen }),
          pair.privateKey,
          Buffer.alloc(32),
        ),
      );
    expect(await refused(CKM.RSA_PKCS_PSS, CKM.SHA256, CKG.MGF1_SHA1, 32)).toBe(CKR.MECHANISM_PARAM_INVALID);
    expect(await refused(CKM.SHA256_RSA_PKCS_PSS, CKM.SHA384, CKG.MGF1_SHA384, 32)).toBe(CKR.MECHANISM_PARAM_INVALID);
    expect(await refused(CKM.RSA_PKCS_PSS, CKM.SHA256, CKG.MGF1_SHA256, 223)).toBe(CKR.MECHANISM_PARAM_INVALID);
    expect(await refused(CKM.RSA_PKCS_PSS, CKM.SHA256, CKG.MGF1_SHA256, 222)).toBe(CKR.OK);
    expect(await refused(CKM.RSA_PKCS_PSS, CKM.SHA384, CKG.MGF1_SHA384, 0)).toBe(CKR.DATA_LEN_RANGE);
  });

  test('CKM_RSA_PKCS pads what the caller has made, and gives it back', async () => {
    const key = await session.publicKeyOf(pair);
    const info = Buffer.from('3031300d060960864801650304020105000420', 'hex');
    const digestInfo = Buffer.concat([info, createHash('sha256').update(message).digest()]);
    const signature = await session.sign(mechanism(CKM.RSA_PKCS), pair.privateKey, digestInfo);
    expect(verify('sha256', message, key, signature)).toBe(true);
    await expectVerified(mechanism(CKM.RSA_PKCS), pair.publicKey, digestInfo, signature);
    const tooLong = session.sign(mechanism(CKM.RSA_PKCS), pair.privateKey, Buffer.alloc(246));
    expect(await refusal(tooLong)).toBe(CKR.DATA_LEN_RANGE);
  });

  test('sign and verify with recovery', async () => {
    const { client, handle } = session;
    const recovering = { session: handle, mechanism: mechanism(CKM.RSA_PKCS) };
    await client.call('C_SignRecoverInit', { ...recovering, key: pair.privateKey });
    const { data: signature } = await client.call('C_SignRecover', { session: handle, data: message, room: 256 });
    const given = { session: handle, data: signature };
    await client.call('C_VerifyRecoverInit', { ...recovering, key: pair.publicKey });
    expect(await client.call('C_VerifyRecover', { ...given, room: null })).toEqual({ data: { lengthOnly: 14 } });
    expect(await client.call('C_VerifyRecover', { ...given, room: 13 })).toEqual({ data: { lengthOnly: 14 } });
    expect(await client.call('C_VerifyRecover', { ...given, room: 14 })).toEqual({ data: message });
    const broken = { session: handle, data: Buffer.alloc(256, 1), room: 256 };
    await client.call('C_VerifyRecoverInit', { ...recovering, key: pair.publicKey });
    expect(await refusal(client.call('C_VerifyRecover', broken))).toBe(CKR.SIGNATURE_INVALID);
    expect(await refusal(client.call('C_VerifyRecover', broken))).toBe(CKR.OPERATION_NOT_INITIALIZED);
  });

  test('raw RSA is refused unless a policy allows it', async () => {
    const raw = session.sign(mechanism(CKM.RSA_X_509), pair.privateKey, message);
    expect(await refusal(raw)).toBe(CKR.FUNCTION_REJECTED);
  });
});

describe('ECDSA', () => {
  test.each([
    ['P-256', CKM.ECDSA_SHA256, 'sha256'],
    ['P-256', CKM.ECDSA_SHA224, 'sha224'],
    ['P-256', CKM.ECDSA_SHA512, 'sha512'],
    ['P-384', CKM.ECDSA_SHA1, 'sha1'],
    ['P-384', CKM.ECDSA_SHA3_384, 'sha3-384'],
    ['P-384', CKM.ECDSA_SHA3_224, 'sha3-224'],
    ['P-521', CKM.ECDSA_SHA512, 'sha512'],
    ['P-521', CKM.ECDSA_SHA384, 'sha384'],
  ] as const)('on %s with mechanism %i is that of %s', async (curve, type, digest) => {
    const pair = await session.curvePair(curve);
    const key = { key: await session.publicKeyOf(pair), dsaEncoding: 'ieee-p1363' as const };
    const signature = await session.sign(mechanism(type), pair.privateKey, message);
    expect(verify(digest, message, key, signature)).toBe(true);
    await expectVerified(mechanism(type), pair.publicKey, message, signature);
    const long = await session.signParts(mechanism(type), pair.privateKey, longMessage);
    expect(verify(digest, Buffer.concat(longMessage), key, long)).toBe(true);
    // A digest that is longer than the order is cut to it.
    const made = createHash(digest).update(message).digest();
    const ofDigest = await session.sign(mechanism(CKM.ECDSA), pair.privateKey, made);
    expect(verify(digest, message, key, ofDigest)).toBe(true);
    await expectVerified(mechanism(CKM.ECDSA), pair.publicKey, made, ofDigest);
  });

  test('of a key of WebCrypto serves every hash', async () => {
    await using hsm = await served.connect();
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    await hsm.keys.create({ name: 'signatures/ecdsa', algorithm, usages: ['sign', 'verify'] });
    const pair = await session.pairNamed('signatures/ecdsa');
    const signature = await session.sign(mechanism(CKM.ECDSA_SHA384), pair.privateKey, message);
    const key = { key: await session.publicKeyOf(pair), dsaEncoding: 'ieee-p1363' as const };
    expect(verify('sha384', message, key, signature)).toBe(true);
  });
});

test('keys of WebCrypto are bound to their algorithm and its hash', async () => {
  await using hsm = await served.connect();
  const algorithm = { hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
  const usages = ['sign', 'verify'] as const;
  await hsm.keys.create({ name: 'signatures/pkcs1', algorithm: { ...algorithm, name: 'RSASSA-PKCS1-v1_5' }, usages });
  await hsm.keys.create({ name: 'signatures/pss', algorithm: { ...algorithm, name: 'RSA-PSS' }, usages });
  const pkcs1 = await session.pairNamed('signatures/pkcs1');
  const signature = await session.sign(mechanism(CKM.SHA256_RSA_PKCS), pkcs1.privateKey, message);
  expect(verify('sha256', message, await session.publicKeyOf(pkcs1), signature)).toBe(true);
  const refused = (type: number, key: Pair['privateKey'], data = message) =>
    refusal(session.sign(mechanism(type), key, data));
  expect(await refused(CKM.SHA384_RSA_PKCS, pkcs1.privateKey)).toBe(CKR.KEY_FUNCTION_NOT_PERMITTED);
  expect(await refused(CKM.RSA_PKCS, pkcs1.privateKey)).toBe(CKR.DATA_INVALID);
  const info = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const digestInfo = Buffer.concat([info, createHash('sha256').update(message).digest()]);
  const ofInfo = await session.sign(mechanism(CKM.RSA_PKCS), pkcs1.privateKey, digestInfo);
  expect(verify('sha256', message, await session.publicKeyOf(pkcs1), ofInfo)).toBe(true);
  const pss = await session.pairNamed('signatures/pss');
  expect(await refused(CKM.SHA256_RSA_PKCS, pss.privateKey)).toBe(CKR.KEY_FUNCTION_NOT_PERMITTED);
  const wrongHash = { hashAlg: CKM.SHA384, mgf: CKG.MGF1_SHA384, sLen: 48 };
  const ready = mechanism(CKM.RSA_PKCS_PSS, { kind: 'CK_RSA_PKCS_PSS_PARAMS', ...wrongHash });
  expect(await refusal(session.sign(ready, pss.privateKey, Buffer.alloc(48)))).toBe(CKR.MECHANISM_PARAM_INVALID);
});

test('EdDSA is that of RFC 8032', async () => {
  const pair = await session.curvePair('Ed25519', CKM.EC_EDWARDS_KEY_PAIR_GEN);
  const signature = await session.signParts(mechanism(CKM.EDDSA), pair.privateKey, [message, message]);
  expect(verify(null, Buffer.concat([message, message]), await session.publicKeyOf(pair), signature)).toBe(true);
  await expectVerified(mechanism(CKM.EDDSA), pair.publicKey, Buffer.concat([message, message]), signature);
});

test.each([
  [CKM.ML_DSA_KEY_PAIR_GEN, CKM.ML_DSA, CKP.ML_DSA_44, 2420],
  [CKM.ML_DSA_KEY_PAIR_GEN, CKM.ML_DSA, CKP.ML_DSA_65, 3309],
  [CKM.ML_DSA_KEY_PAIR_GEN, CKM.ML_DSA, CKP.ML_DSA_87, 4627],
  [CKM.SLH_DSA_KEY_PAIR_GEN, CKM.SLH_DSA, CKP.SLH_DSA_SHA2_128F, 17088],
] as const)('post-quantum keys of %i sign with %i, parameter set %i', async (generation, type, set, bytes) => {
  const pair = await session.parameterSetPair(generation, set);
  const signature = await session.sign(mechanism(type), pair.privateKey, message);
  expect(signature).toHaveLength(bytes);
  expect(verify(null, message, await session.publicKeyOf(pair), signature)).toBe(true);
  await expectVerified(mechanism(type), pair.publicKey, message, signature);
});

test('HMAC has the hash of its mechanism, and is verified in the sidecar', async () => {
  const key = await session.secret(CKM.GENERIC_SECRET_KEY_GEN, 32);
  for (const [type, bytes] of [
    [CKM.SHA_1_HMAC, 20],
    [CKM.SHA256_HMAC, 32],
    [CKM.SHA512_HMAC, 64],
    [CKM.SHA3_256_HMAC, 32],
  ] as const) {
    const tag = await session.sign(mechanism(type), key, message);
    expect(tag).toHaveLength(bytes);
    await expectVerified(mechanism(type), key, message, tag);
  }
});
