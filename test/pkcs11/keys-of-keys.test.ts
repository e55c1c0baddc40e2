import { createCipheriv, createHmac, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CKA } from '../../pkcs11/src/codec/constants/attribute-types.ts';
import { CKM } from '../../pkcs11/src/codec/constants/mechanism-types.ts';
import { CKK, CKO } from '../../pkcs11/src/codec/constants/objects.ts';
import { CKD } from '../../pkcs11/src/codec/constants/parameters.ts';
import { CKR } from '../../pkcs11/src/codec/constants/return-values.ts';
import type { CkUlong } from '../../pkcs11/src/codec/ulong.ts';
import { attributeOf } from '../../pkcs11/src/objects/attributes.ts';
import { refusal } from './refusal.ts';
import { ServedSidecar } from './served-sidecar.ts';
import { mechanism, oaepWithSha256, TokenSession } from './token-session.ts';

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

const data = Buffer.from('sixteen bytes ..');
const secretKey = attributeOf(CKA.CLASS, CKO.SECRET_KEY);
const aes = [secretKey, attributeOf(CKA.KEY_TYPE, CKK.AES)];
const generic = [secretKey, attributeOf(CKA.KEY_TYPE, CKK.GENERIC_SECRET)];
const ecb = mechanism(CKM.AES_ECB);

describe('ECDH', () => {
  const agreement = (publicData: Buffer, kdf: number = CKD.NULL, sharedData: Buffer | null = null) =>
    mechanism(CKM.ECDH1_DERIVE, { kind: 'CK_ECDH1_DERIVE_PARAMS', kdf, sharedData, publicData });

  const pointOf = (key: KeyObject) => key.export({ format: 'raw-public' });
  const octets = (point: Buffer) =>
    Buffer.concat([Buffer.of(4, ...(point.length > 127 ? [0x81] : []), point.length), point]);

  async function derive(type: ReturnType<typeof agreement>, baseKey: CkUlong, template: typeof aes): Promise<CkUlong> {
    const given = { session: session.handle, mechanism: type, baseKey, template };
    return (await session.client.call('C_DeriveKey2', given)).key;
  }

  test.each([
    ['P-256', CKM.EC_KEY_PAIR_GEN, 'ec'],
    ['P-384', CKM.EC_KEY_PAIR_GEN, 'ec'],
    ['P-521', CKM.EC_KEY_PAIR_GEN, 'ec'],
    ['X25519', CKM.EC_MONTGOMERY_KEY_PAIR_GEN, 'x25519'],
  ] as const)('on %s gives both sides the same secret', async (curve, generation, type) => {
    const own = await session.curvePair(curve, generation);
    const other = generateKeyPairSync(type as 'ec', { namedCurve: curve });
    const shared = diffieHellman({ privateKey: other.privateKey, publicKey: await session.publicKeyOf(own) });
    for (const point of [pointOf(other.publicKey), octets(pointOf(other.publicKey))]) {
      const key = await derive(agreement(point), own.privateKey, generic);
      const tag = await session.sign(mechanism(CKM.SHA256_HMAC), key, data);
      expect(tag).toEqual(createHmac('sha256', shared).update(data).digest());
    }
  });

  test('gives a key that is used and not read', async () => {
    const own = await session.curvePair('P-256');
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const template = [...aes, attributeOf(CKA.VALUE_LEN, 32), attributeOf(CKA.EXTRACTABLE, true)];
    const { key } = await session.client.call('C_DeriveKey', {
      ...{ session: session.handle, mechanism: agreement(pointOf(other.publicKey)), baseKey: own.privateKey, template },
    });
    const shared = diffieHellman({ privateKey: other.privateKey, publicKey: await session.publicKeyOf(own) });
    const cipher = createCipheriv('aes-256-ecb', shared, null).setAutoPadding(false);
    expect(await session.encrypt(ecb, key, data)).toEqual(cipher.update(data));
    const wanted = [CKA.VALUE, CKA.EXTRACTABLE].map((type) => ({ type, room: 64 }));
    const given = { session: session.handle, object: key, template: wanted };
    expect(await session.client.call('C_GetAttributeValue', given)).toEqual({
      template: [{ type: CKA.VALUE, kind: 'unavailable' }, attributeOf(CKA.EXTRACTABLE, false)],
      returnValue: CKR.ATTRIBUTE_SENSITIVE,
    });
  });

  test('refuses what it cannot do as the specification has it', async () => {
    const own = await session.curvePair('P-256');
    const point = pointOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
    const refused = (type: ReturnType<typeof agreement>, template: typeof aes, key = own.privateKey) =>
      refusal(derive(type, key, template));
    const half = [...aes, attributeOf(CKA.VALUE_LEN, 16)];
    expect(await refused(agreement(point), half)).toBe(CKR.KEY_SIZE_RANGE);
    expect(await refused(agreement(point, CKD.SHA256_KDF), aes)).toBe(CKR.MECHANISM_PARAM_INVALID);
    expect(await refused(agreement(point, CKD.NULL, data), aes)).toBe(CKR.MECHANISM_PARAM_INVALID);
    expect(await refused(agreement(point.subarray(1)), aes)).toBe(CKR.MECHANISM_PARAM_INVALID);
    expect(await refused(agreement(point), [...aes, attributeOf(CKA.TOKEN, true)])).toBe(CKR.TEMPLATE_INCONSISTENT);
    expect(await refused(agreement(point), [secretKey])).toBe(CKR.TEMPLATE_INCOMPLETE);
    expect(await refused(agreement(point), aes, own.publicKey)).toBe(CKR.KEY_FUNCTION_NOT_PERMITTED);
    const notOnCurve = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)]);
    expect(await refused(agreement(notOnCurve), aes)).toBe(CKR.MECHANISM_PARAM_INVALID);
  });
});

describe('wrapping', () => {
  const iv = Buffer.alloc(16, 7);
  const wrappings = [
    ['AES-KW', mechanism(CKM.AES_KEY_WRAP), 40],
    ['AES-CBC', mechanism(CKM.AES_CBC_PAD, { kind: 'IV', iv }), 48],
    ['AES-GCM', mechanism(CKM.AES_GCM, { kind: 'CK_GCM_PARAMS', iv, ivBits: 128, aad: null, tagBits: 128 }), 48],
  ] as const;
  const extractable = attributeOf(CKA.EXTRACTABLE, true);
  const wrap = (type: typeof ecb, wrappingKey: CkUlong, key: CkUlong, room: number | null = 1000) =>
    session.client.call('C_WrapKey', { session: session.handle, mechanism: type, wrappingKey, key, room });
  const unwrap = (type: typeof ecb, unwrappingKey: CkUlong, wrappedKey: Buffer, template = aes) =>
    session.client.call('C_UnwrapKey', {
      session: session.handle,
      mechanism: type,
      unwrappingKey,
      wrappedKey,
      template,
    });

  /** The policy leaves the last word to people. */
  async function released(work: () => ReturnType<typeof wrap>): Promise<Buffer> {
    const { wrappedKey } = await work();
    return wrappedKey as Buffer;
  }

  test.each(wrappings)('with %s takes a key out and in again', async (_name, type, bytes) => {
    const wrapping = await session.secret(CKM.AES_KEY_GEN, 32);
    const key = await session.secret(CKM.AES_KEY_GEN, 32, extractable);
    expect(await wrap(type, wrapping, key, null)).toEqual({ wrappedKey: { lengthOnly: bytes } });
    expect(await wrap(type, wrapping, key, bytes - 1)).toEqual({ wrappedKey: { lengthOnly: bytes } });
    const wrapped = await released(() => wrap(type, wrapping, key));
    expect(wrapped).toHaveLength(bytes);
    const { key: again } = await unwrap(type, wrapping, wrapped);
    expect(await session.encrypt(ecb, again, data)).toEqual(await session.encrypt(ecb, key, data));
    wrapped.writeUInt8(wrapped.readUInt8(bytes - 1) ^ 1, bytes - 1);
    if (type.mechanism !== CKM.AES_CBC_PAD) {
      expect(await refusal(unwrap(type, wrapping, wrapped))).toBe(CKR.WRAPPED_KEY_INVALID);
    }
  });

  test('to an RSA public key', async () => {
    const pair = await session.rsaPair();
    const key = await session.secret(CKM.AES_KEY_GEN, 16, extractable);
    expect(await wrap(oaepWithSha256, pair.publicKey, key, null)).toEqual({ wrappedKey: { lengthOnly: 256 } });
    const wrapped = await released(() => wrap(oaepWithSha256, pair.publicKey, key));
    const { key: again } = await unwrap(oaepWithSha256, pair.privateKey, wrapped);
    expect(await session.encrypt(ecb, again, data)).toEqual(await session.encrypt(ecb, key, data));
  });

  test('is refused for what is not to leave or is none', async () => {
    const kw = mechanism(CKM.AES_KEY_WRAP);
    const wrapping = await session.secret(CKM.AES_KEY_GEN, 32);
    const pair = await session.rsaPair();
    const held = await session.secret(CKM.AES_KEY_GEN, 16);
    expect(await refusal(wrap(kw, wrapping, held))).toBe(CKR.KEY_UNEXTRACTABLE);
    expect(await refusal(wrap(kw, wrapping, pair.privateKey))).toBe(CKR.KEY_NOT_WRAPPABLE);
    expect(await refusal(wrap(kw, 1, held))).toBe(CKR.WRAPPING_KEY_HANDLE_INVALID);
    expect(await refusal(wrap(kw, wrapping, 1))).toBe(CKR.KEY_HANDLE_INVALID);
    expect(await refusal(wrap(kw, pair.publicKey, held))).toBe(CKR.WRAPPING_KEY_TYPE_INCONSISTENT);
    expect(await refusal(unwrap(kw, 1, data))).toBe(CKR.UNWRAPPING_KEY_HANDLE_INVALID);
    const privateKey = [attributeOf(CKA.CLASS, CKO.PRIVATE_KEY), attributeOf(CKA.KEY_TYPE, CKK.RSA)];
    expect(await refusal(unwrap(kw, wrapping, data, privateKey))).toBe(CKR.TEMPLATE_INCONSISTENT);
    expect(await refusal(unwrap(kw, wrapping, Buffer.alloc(24)))).toBe(CKR.WRAPPED_KEY_INVALID);
  });
});
