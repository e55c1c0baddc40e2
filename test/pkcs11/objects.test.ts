import { createCipheriv, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CKA } from '../../pkcs11/src/codec/constants/attribute-types.ts';
import { CKM } from '../../pkcs11/src/codec/constants/mechanism-types.ts';
import { CKC, CKK, CKO } from '../../pkcs11/src/codec/constants/objects.ts';
import { CKR } from '../../pkcs11/src/codec/constants/return-values.ts';
import { CKF } from '../../pkcs11/src/codec/constants/sessions.ts';
import type { CkUlong } from '../../pkcs11/src/codec/ulong.ts';
import { Attributes, attributeOf } from '../../pkcs11/src/objects/attributes.ts';
import { CodecClient } from './codec-client.ts';
import { refusal } from './refusal.ts';
import { ServedSidecar } from './served-sidecar.ts';

let served: ServedSidecar;
let client: CodecClient;
let session: CkUlong;
beforeAll(async () => {
  served = await ServedSidecar.serve();
  client = await CodecClient.open(served.socketPath);
  session = await client.openSession();
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
});

const text = (value: string) => Buffer.from(value, 'utf8');

async function find(...template: ReturnType<typeof attributeOf>[]): Promise<readonly CkUlong[]> {
  await client.call('C_FindObjectsInit', { session, template });
  const { objects } = await client.call('C_FindObjects', { session, room: 1000 });
  await client.call('C_FindObjectsFinal', { session });
  return objects as readonly CkUlong[];
}

async function attributes(object: CkUlong, ...types: number[]): Promise<Attributes> {
  const wanted = types.map((type) => ({ type, room: 1 << 14 }));
  const { template } = await client.call('C_GetAttributeValue', { session, object, template: wanted });
  return new Attributes(template.filter((attribute) => attribute.kind !== 'unavailable'));
}

describe('keys of the sidecar', () => {
  test('made through WebCrypto are private and public key with the same id and the name as label', async () => {
    await using hsm = await served.connect();
    const usages = ['sign', 'verify'] as const;
    const key = await hsm.keys.create({
      name: 'web/signing',
      algorithm: { name: 'ECDSA', namedCurve: 'P-384' },
      usages,
    });
    const spki = await hsm.subtle.exportKey('spki', key.publicKey as CryptoKey);
    const label = attributeOf(CKA.LABEL, text('web/signing'));
    const [ofPrivate = 0] = await find(label, attributeOf(CKA.CLASS, CKO.PRIVATE_KEY));
    const [ofPublic = 0] = await find(label, attributeOf(CKA.CLASS, CKO.PUBLIC_KEY));
    const shown = await attributes(ofPublic, CKA.ID, CKA.PUBLIC_KEY_INFO, CKA.KEY_TYPE, CKA.VERIFY, CKA.ENCRYPT);
    expect(shown.bytes(CKA.PUBLIC_KEY_INFO)).toEqual(Buffer.from(spki));
    expect([shown.ulong(CKA.KEY_TYPE), shown.boolean(CKA.VERIFY), shown.boolean(CKA.ENCRYPT)]).toEqual([
      CKK.EC,
      true,
      false,
    ]);
    const held = await attributes(ofPrivate, CKA.ID, CKA.SENSITIVE, CKA.EXTRACTABLE, CKA.NEVER_EXTRACTABLE, CKA.SIGN);
    expect(held.bytes(CKA.ID)).toEqual(shown.bytes(CKA.ID));
    expect([CKA.SENSITIVE, CKA.EXTRACTABLE, CKA.NEVER_EXTRACTABLE, CKA.SIGN].map((type) => held.boolean(type))).toEqual(
      [...[true, false, true, true]],
    );
  });

  test('made through PKCS#11 keep label and id, and are named keys for everybody else', async () => {
    const algorithm = [attributeOf(CKA.EC_PARAMS, Buffer.from('06082a8648ce3d030107', 'hex'))];
    const said = [
      attributeOf(CKA.TOKEN, true),
      attributeOf(CKA.LABEL, text('Web Server')),
      attributeOf(CKA.ID, Buffer.of(1, 2)),
    ];
    const { publicKey } = await client.call('C_GenerateKeyPair', {
      ...{ session, mechanism: { mechanism: CKM.EC_KEY_PAIR_GEN, parameter: undefined } },
      ...{ publicKeyTemplate: [...algorithm, ...said], privateKeyTemplate: said },
    });
    const shown = await attributes(publicKey, CKA.LABEL, CKA.ID, CKA.PUBLIC_KEY_INFO);
    expect([shown.bytes(CKA.LABEL)?.toString(), shown.bytes(CKA.ID)]).toEqual(['Web Server', Buffer.of(1, 2)]);
    await using hsm = await served.connect();
    const { records } = await hsm.call('keys.list', { prefix: 'web-server-' });
    const [record] = records;
    expect(record?.versions[0]).toMatchObject({ algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, state: 'active' });
    expect(Buffer.from(record?.versions[0]?.publicKey?.data ?? [])).toEqual(shown.bytes(CKA.PUBLIC_KEY_INFO));
  });

  test('tell nobody their value, and lengths as well as what there is', async () => {
    await using hsm = await served.connect();
    await hsm.keys.create({ name: 'web/aes', algorithm: { name: 'AES-GCM', length: 256 }, usages: ['encrypt'] });
    const [object = 0] = await find(attributeOf(CKA.LABEL, text('web/aes')));
    const wanted = [CKA.VALUE, CKA.VALUE_LEN].map((type) => ({ type, room: 0 }));
    const { template, returnValue } = await client.call('C_GetAttributeValue', { session, object, template: wanted });
    expect(returnValue).toBe(CKR.ATTRIBUTE_SENSITIVE);
    expect(template).toEqual([{ type: CKA.VALUE, kind: 'unavailable' }, attributeOf(CKA.VALUE_LEN, 32)]);
  });

  test('take another label and id, which outlive the connection, and nothing that would weaken them', async () => {
    const [object = 0] = await find(
      attributeOf(CKA.LABEL, text('Web Server')),
      attributeOf(CKA.CLASS, CKO.PRIVATE_KEY),
    );
    const change = (...template: ReturnType<typeof attributeOf>[]) =>
      refusal(client.call('C_SetAttributeValue', { session, object, template }));
    expect(await change(attributeOf(CKA.EXTRACTABLE, true))).toBe(CKR.ATTRIBUTE_READ_ONLY);
    expect(await change(attributeOf(CKA.SENSITIVE, false))).toBe(CKR.ATTRIBUTE_READ_ONLY);
    expect(await change(attributeOf(CKA.LABEL, text('no')), attributeOf(CKA.SIGN, false))).toBe(
      CKR.ATTRIBUTE_READ_ONLY,
    );
    expect(await change(attributeOf(CKA.LABEL, text('Renamed')), attributeOf(CKA.SUBJECT, Buffer.of(0x30, 0)))).toBe(
      CKR.OK,
    );
    await using other = await CodecClient.open(served.socketPath, 0);
    const theirs = await other.openSession();
    await other.call('C_FindObjectsInit', { session: theirs, template: [attributeOf(CKA.LABEL, text('Renamed'))] });
    const { objects } = await other.call('C_FindObjects', { session: theirs, room: 10 });
    expect(objects).toHaveLength(1);
  });

  test('go only when other people agree', async () => {
    const [object = 0] = await find(attributeOf(CKA.LABEL, text('web/aes')));
    const destroyed = () => refusal(client.call('C_DestroyObject', { session, object }));
    expect(await destroyed()).toBe(CKR.ACTION_PROHIBITED);
    await using hsm = await served.connect();
    await hsm.keys.deactivate('web/aes');
    expect(await destroyed()).toBe(CKR.FUNCTION_REJECTED);
    const { approvals } = await hsm.call('approvals.list', {});
    expect(approvals.map(({ operation }) => operation.method)).toEqual(['keys.destroy']);
    expect(await find(attributeOf(CKA.LABEL, text('web/aes')))).toHaveLength(1);
  });
});

describe('objects that applications bring', () => {
  const certificate = [
    attributeOf(CKA.CLASS, CKO.CERTIFICATE),
    attributeOf(CKA.CERTIFICATE_TYPE, CKC.X_509),
    attributeOf(CKA.TOKEN, true),
    attributeOf(CKA.LABEL, text('leaf')),
    attributeOf(CKA.VALUE, Buffer.from('3003020101', 'hex')),
  ];

  test('outlive the connection, can be changed, and go', async () => {
    const { object } = await client.call('C_CreateObject', { session, template: certificate });
    await client.call('C_SetAttributeValue', { session, object, template: [attributeOf(CKA.ID, Buffer.of(7))] });
    const found = await find(attributeOf(CKA.CLASS, CKO.CERTIFICATE), attributeOf(CKA.ID, Buffer.of(7)));
    expect(found).toEqual([object]);
    await client.call('C_DestroyObject', { session, object });
    expect(await find(attributeOf(CKA.CLASS, CKO.CERTIFICATE))).toEqual([]);
    expect(await refusal(client.call('C_GetObjectSize', { session, object }))).toBe(CKR.OBJECT_HANDLE_INVALID);
  });

  test('of a session end with it', async () => {
    const second = await client.openSession();
    const template = [attributeOf(CKA.CLASS, CKO.DATA), attributeOf(CKA.VALUE, text('here for now'))];
    const { object } = await client.call('C_CreateObject', { session: second, template });
    const { object: copy } = await client.call('C_CopyObject', {
      ...{ session: second, object },
      template: [attributeOf(CKA.LABEL, text('copy'))],
    });
    expect((await attributes(copy, CKA.VALUE, CKA.LABEL)).bytes(CKA.VALUE)?.toString()).toBe('here for now');
    await client.call('C_CloseSession', { session: second });
    expect(await find(attributeOf(CKA.CLASS, CKO.DATA))).toEqual([]);
  });

  test('may be public keys, whose numbers are checked', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    const numbers = [
      attributeOf(CKA.CLASS, CKO.PUBLIC_KEY),
      attributeOf(CKA.KEY_TYPE, CKK.RSA),
      attributeOf(CKA.MODULUS, Buffer.from(n, 'base64url')),
      attributeOf(CKA.PUBLIC_EXPONENT, Buffer.from(e, 'base64url')),
    ];
    const { object } = await client.call('C_CreateObject', { session, template: numbers });
    const shown = await attributes(object, CKA.MODULUS);
    expect(createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }).export({ format: 'jwk' }).n).toBe(
      shown.bytes(CKA.MODULUS)?.toString('base64url'),
    );
    const bad = [
      attributeOf(CKA.CLASS, CKO.PUBLIC_KEY),
      attributeOf(CKA.KEY_TYPE, CKK.EC),
      attributeOf(CKA.EC_PARAMS, Buffer.from('06082a8648ce3d030107', 'hex')),
      attributeOf(CKA.EC_POINT, Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)])),
    ];
    expect(await refusal(client.call('C_CreateObject', { session, template: bad }))).toBe(CKR.ATTRIBUTE_VALUE_INVALID);
  });

  const secretKey = [
    attributeOf(CKA.CLASS, CKO.SECRET_KEY),
    attributeOf(CKA.KEY_TYPE, CKK.AES),
    attributeOf(CKA.VALUE, Buffer.alloc(16)),
  ];

  test.each([
    ['private keys', [attributeOf(CKA.CLASS, CKO.PRIVATE_KEY), ...secretKey.slice(1)]],
    ['secret keys on the token', [...secretKey, attributeOf(CKA.TOKEN, true)]],
  ])('are never %s', async (_, template) => {
    expect(await refusal(client.call('C_CreateObject', { session, template }))).toBe(CKR.TEMPLATE_INCONSISTENT);
  });

  test('may be secret keys of the session, which are used and not read', async () => {
    const { object: key } = await client.call('C_CreateObject', { session, template: secretKey });
    await client.call('C_EncryptInit', { session, mechanism: { mechanism: CKM.AES_ECB, parameter: undefined }, key });
    const data = Buffer.alloc(16, 7);
    const { data: encrypted } = await client.call('C_Encrypt', { session, data, room: 16 });
    const reference = createCipheriv('aes-128-ecb', Buffer.alloc(16), null).setAutoPadding(false);
    expect(encrypted).toEqual(reference.update(data));
    const asked = [CKA.VALUE, CKA.LOCAL, CKA.ALWAYS_SENSITIVE].map((type) => ({ type, room: 64 }));
    expect(await client.call('C_GetAttributeValue', { session, object: key, template: asked })).toEqual({
      template: [
        { type: CKA.VALUE, kind: 'unavailable' },
        attributeOf(CKA.LOCAL, false),
        attributeOf(CKA.ALWAYS_SENSITIVE, false),
      ],
      returnValue: CKR.ATTRIBUTE_SENSITIVE,
    });
  });

  test('say that a buffer is too small, and how long it has to be', async () => {
    const template = [attributeOf(CKA.CLASS, CKO.DATA), attributeOf(CKA.LABEL, text('a label'))];
    const { object } = await client.call('C_CreateObject', { session, template });
    const read = (room: number) =>
      client.call('C_GetAttributeValue', { session, object, template: [{ type: CKA.LABEL, room }] });
    expect(await read(1)).toEqual({ template: [template[1]], returnValue: CKR.BUFFER_TOO_SMALL });
    expect((await read(0)).returnValue).toBe(CKR.OK);
    expect((await read(7)).returnValue).toBe(CKR.OK);
  });

  test('change in a copy what may be changed, and where the copy lies', async () => {
    const template = [attributeOf(CKA.CLASS, CKO.DATA), attributeOf(CKA.VALUE, text('original'))];
    const { object } = await client.call('C_CreateObject', { session, template });
    const copied = (...changes: ReturnType<typeof attributeOf>[]) =>
      client.call('C_CopyObject', { session, object, template: changes });
    expect(await refusal(copied(attributeOf(CKA.CLASS, CKO.CERTIFICATE)))).toBe(CKR.ATTRIBUTE_READ_ONLY);
    const { object: copy } = await copied(
      attributeOf(CKA.CLASS, CKO.DATA),
      attributeOf(CKA.VALUE, text('changed')),
      attributeOf(CKA.TOKEN, true),
    );
    expect((await attributes(copy, CKA.VALUE)).bytes(CKA.VALUE)?.toString()).toBe('changed');
    for (const one of [object, copy]) await client.call('C_DestroyObject', { session, object: one });
  });

  test('are refused where their value has no length of a key', async () => {
    const template = [...secretKey.slice(0, 2), attributeOf(CKA.VALUE, Buffer.alloc(15))];
    expect(await refusal(client.call('C_CreateObject', { session, template }))).toBe(CKR.ATTRIBUTE_VALUE_INVALID);
  });

  test.each([
    ['nothing', [], CKR.TEMPLATE_INCOMPLETE],
    ['no value', certificate.slice(0, 3), CKR.TEMPLATE_INCOMPLETE],
    [
      'an attribute of another class',
      [...certificate, attributeOf(CKA.MODULUS, Buffer.of(1))],
      CKR.ATTRIBUTE_TYPE_INVALID,
    ],
    ['an attribute twice', [...certificate, attributeOf(CKA.TOKEN, true)], CKR.TEMPLATE_INCONSISTENT],
  ] as const)('are refused with %s', async (_what, template, returnValue) => {
    expect(await refusal(client.call('C_CreateObject', { session, template }))).toBe(returnValue);
  });

  test('do not come onto the token from a read-only session', async () => {
    const readOnly = await client.openSession(0, CKF.SERIAL_SESSION);
    const created = client.call('C_CreateObject', { session: readOnly, template: certificate });
    expect(await refusal(created)).toBe(CKR.SESSION_READ_ONLY);
  });
});
