import {
  createCipheriv,
  createHmac,
  createPublicKey,
  createSecretKey,
  decapsulate,
  encapsulate,
  generateKeyPairSync,
  generateKeySync,
  type KeyObject,
  randomBytes,
  randomUUID,
  verify,
} from 'node:crypto';
import type { FerroHsm, ImportWrappingName, KeyRecord } from '@ferrohsm/sdk/node';
import { aeskwp } from '@noble/ciphers/aes.js';
import { slh_dsa_sha2_128f } from '@noble/post-quantum/slh-dsa.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WireResponse } from '../wire/wire-client.ts';
import { approver, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { encryptOaep, type ImportTarget, OpensslFolder, senders } from './import-senders.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';
import { WebSocketClient } from './websocket-client.ts';

const ada = approver('ada');
const olga = approver('olga');
const otto = approver('otto');

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const credentials = [{ uid: process.geteuid?.() ?? 0 }];
    const principals = [
      personRecord(ada, ['Administrator', 'Auditor']),
      personRecord(olga, ['Officer']),
      personRecord(otto, ['Officer']),
      { id: 'app', kind: 'workload', owner: 'ada', roles: ['Operator'], credentials },
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ governance: 'records', principals, groups: [] }));
  },
});
const assembly = new Assembly(sidecar);
let app: FerroHsm;
beforeAll(async () => {
  await assembly.join('ada', 'olga', 'otto');
  app = await sidecar.connect();
});
afterAll(async () => {
  await app.close();
  assembly.leave();
});

const message = Buffer.from('what the imported key is used for');

async function prepare(wrapping?: ImportWrappingName, id = 'olga'): Promise<ImportTarget> {
  const { result, error } = await assembly.ask(id, 'keys.prepareImport', wrapping === undefined ? {} : { wrapping });
  if (error !== undefined) throw new Error(error.data.code);
  return result as unknown as ImportTarget;
}

interface Wanted {
  readonly name?: string;
  readonly format: string;
  readonly algorithm: object;
  readonly usages: readonly string[];
}

/** The params of an import of this key. */
async function wrapped(wanted: Wanted, key: Uint8Array, wrapping: ImportWrappingName = 'HPKE-MLKEM768-X25519') {
  const target = await prepare(wrapping);
  const bytes = await senders[wrapping](target, key);
  const name = `imports/${randomUUID()}`;
  return { name, ...wanted, importId: target.importId, wrapped: bytes.toString('base64url'), requestId: randomUUID() };
}

type Import = Awaited<ReturnType<typeof wrapped>>;

function askFor(request: Import, id = 'olga'): Promise<WireResponse> {
  return assembly.ask(id, 'keys.import', request);
}

/** Approved by somebody else and made. */
async function imported(request: Import): Promise<KeyRecord> {
  const approval = await assembly.held('olga', 'keys.import', request);
  await assembly.approve(otto, approval);
  const { result, error } = await askFor(request);
  if (error !== undefined) throw new Error(`${error.data.code} ${error.data.detail ?? ''}`);
  return (result as unknown as { record: KeyRecord }).record;
}

async function isThere(name: string): Promise<boolean> {
  const { result } = await assembly.ask('olga', 'keys.list', { prefix: name });
  return (result as unknown as { records: unknown[] }).records.length > 0;
}

interface Sample extends Wanted {
  readonly key: KeyObject;
  readonly bytes: (key: KeyObject) => Buffer;
  /** Uses the named key against the original. */
  readonly check: (name: string, original: KeyObject) => Promise<void>;
}

const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'der' });
const jwk = (key: KeyObject) => Buffer.from(JSON.stringify(key.export({ format: 'jwk' })));
const seed = (key: KeyObject) => key.export({ format: 'raw-seed' } as never) as unknown as Buffer;
const raw = (key: KeyObject) => key.export();

/** node:crypto verifies with the original's public key. */
function signsAs(parameters: object, digest: string | null, options: object = {}) {
  return async (name: string, original: KeyObject) => {
    const { privateKey, publicKey } = await app.keys.get(name);
    const { name: algorithm } = privateKey.algorithm;
    const signature = await app.subtle.sign({ name: algorithm, ...parameters }, privateKey, message);
    const key = createPublicKey(original);
    expect(verify(digest, message, { key, ...options }, Buffer.from(signature))).toBe(true);
    const exported = Buffer.from(await app.subtle.exportKey('spki', publicKey));
    expect(exported).toEqual(key.export({ type: 'spki', format: 'der' }));
  };
}

async function encrypts(name: string, original: KeyObject): Promise<void> {
  const { secretKey } = await app.keys.get(name);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', original, iv);
  const ciphertext = Buffer.concat([cipher.update(message), cipher.final(), cipher.getAuthTag()]);
  const opened = await app.subtle.decrypt({ name: 'AES-GCM', iv }, secretKey, ciphertext);
  expect(Buffer.from(opened)).toEqual(message);
}

async function authenticates(name: string, original: KeyObject): Promise<void> {
  const { secretKey } = await app.keys.get(name);
  const tag = await app.subtle.sign('HMAC', secretKey, message);
  expect(Buffer.from(tag)).toEqual(createHmac('sha384', original).update(message).digest());
}

async function decapsulates(name: string, original: KeyObject): Promise<void> {
  const { privateKey } = await app.keys.get(name);
  const { sharedKey, ciphertext } = encapsulate(createPublicKey(original));
  const found = await app.subtle.decapsulateBits('ML-KEM-768', privateKey, ciphertext as Buffer<ArrayBuffer>);
  expect(Buffer.from(found)).toEqual(sharedKey);
  expect(decapsulate(original, ciphertext)).toEqual(sharedKey);
}

const generated = (type: string, options: object = {}): KeyObject =>
  generateKeyPairSync(type as 'ed25519', options as never).privateKey;
const signing = ['sign', 'verify'];

const aes = {
  key: generateKeySync('aes', { length: 256 }),
  algorithm: { name: 'AES-GCM' },
  usages: ['encrypt', 'decrypt'],
};
const hmac = {
  key: createSecretKey(randomBytes(48)),
  algorithm: { name: 'HMAC', hash: 'SHA-384' },
  usages: signing,
  check: authenticates,
};
const ec = {
  key: generated('ec', { namedCurve: 'P-384' }),
  algorithm: { name: 'ECDSA', namedCurve: 'P-384' },
  usages: signing,
  check: signsAs({ hash: 'SHA-384' }, 'sha384', { dsaEncoding: 'ieee-p1363' }),
};
const ed = { key: generated('ed25519'), algorithm: { name: 'Ed25519' }, usages: signing, check: signsAs({}, null) };
const rsa = {
  key: generated('rsa', { modulusLength: 2048 }),
  algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  usages: signing,
  check: signsAs({}, 'sha256'),
};
const mlDsa = {
  key: generated('ml-dsa-65'),
  algorithm: { name: 'ML-DSA-65' },
  usages: signing,
  check: signsAs({}, null),
};
const mlKem = {
  key: generated('ml-kem-768'),
  algorithm: { name: 'ML-KEM-768' },
  usages: ['decapsulateBits', 'encapsulateBits'],
  check: decapsulates,
};

const edwards: Wanted = { format: 'pkcs8', algorithm: ed.algorithm, usages: signing };

const samples: readonly Sample[] = [
  { ...aes, format: 'raw-secret', bytes: raw, check: encrypts },
  { ...aes, format: 'jwk', bytes: jwk, check: encrypts },
  { ...hmac, format: 'raw-secret', bytes: raw },
  { ...hmac, format: 'jwk', bytes: jwk },
  { ...ec, format: 'pkcs8', bytes: pkcs8 },
  { ...ec, format: 'jwk', bytes: jwk },
  { ...ed, format: 'pkcs8', bytes: pkcs8 },
  { ...ed, format: 'jwk', bytes: jwk },
  { ...rsa, format: 'pkcs8', bytes: pkcs8 },
  { ...rsa, format: 'jwk', bytes: jwk },
  { ...mlDsa, format: 'raw-seed', bytes: seed },
  { ...mlDsa, format: 'pkcs8', bytes: pkcs8 },
  { ...mlDsa, format: 'jwk', bytes: jwk },
  { ...mlKem, format: 'raw-seed', bytes: seed },
  { ...mlKem, format: 'pkcs8', bytes: pkcs8 },
];
const firstOfEach = samples.filter(
  ({ algorithm }, at) => samples.findIndex((other) => other.algorithm === algorithm) === at,
);
const cases = [
  ...samples.map((sample) => ({ sample, wrapping: 'HPKE-MLKEM768-X25519' as const })),
  ...firstOfEach.map((sample) => ({ sample, wrapping: 'HPKE-X25519' as const })),
  ...firstOfEach.map((sample) => ({ sample, wrapping: 'RSA-OAEP-AES-KWP' as const })),
].map(
  (each) => [`${(each.sample.algorithm as { name: string }).name} ${each.sample.format}`, each.wrapping, each] as const,
);

describe('a wrapped key is imported and used', () => {
  test.each(cases)('%s, %s', { timeout: 30_000 }, async (_, wrapping, { sample }) => {
    const { key, bytes, check, format, algorithm, usages } = sample;
    const record = await imported(await wrapped({ format, algorithm, usages }, bytes(key), wrapping));
    expect(record).toMatchObject({ owner: 'olga', extractable: false, usages });
    expect(record.versions).toMatchObject([{ version: 1, state: 'active', origin: 'imported' }]);
    await check(record.name, key);
  });

  test('by the SDK, which wraps it itself', async () => {
    const original = generated('ed25519');
    await using hsm = await sidecar.connectWebSocket(tokenOf('olga'));
    const keyData = pkcs8(original) as Buffer<ArrayBuffer>;
    const key = { name: 'imports/by-sdk', format: 'pkcs8', algorithm: 'Ed25519', usages: ['sign', 'verify'] } as const;
    const held = hsm.with({ wait: true, onHeld: ({ id }) => void approve(id) });
    const { record } = await held.keys.import({ ...key, keyData });
    expect(record.versions).toMatchObject([{ origin: 'imported' }]);
    await signsAs({}, null)('imports/by-sdk', original);
  });

  test('survives a restart', { timeout: 30_000 }, async () => {
    const record = await imported(await wrapped(edwards, pkcs8(ed.key)));
    await app.close();
    await sidecar.stop();
    await sidecar.start();
    await assembly.join('ada', 'olga', 'otto');
    app = await sidecar.connect();
    expect((await app.keys.get(record.name)).record.versions).toMatchObject([{ origin: 'imported' }]);
    await signsAs({}, null)(record.name, ed.key);
  });
});

/** As the person who is told of it. */
async function approve(id: string): Promise<void> {
  const { result } = await assembly.ask('otto', 'approvals.get', { id });
  await assembly.approve(otto, (result as unknown as { approval: Parameters<typeof assembly.approve>[1] }).approval);
}

describe('openssl makes and wraps a key, and verifies what the imported one signs', () => {
  test.each([
    ['RSA', ['-pkeyopt', 'rsa_keygen_bits:3072'], { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, ['-sha256']],
    ['ED25519', [], { name: 'Ed25519' }, undefined],
  ])('%s', { timeout: 30_000 }, async (kind, options, algorithm, digest) => {
    using folder = new OpensslFolder();
    folder.run('genpkey', '-algorithm', kind, ...options, '-outform', 'DER', '-out', 'key.pem.der');
    folder.run(
      'pkcs8',
      '-topk8',
      '-nocrypt',
      '-inform',
      'DER',
      '-in',
      'key.pem.der',
      '-outform',
      'DER',
      '-out',
      'key.der',
    );
    folder.run('pkey', '-inform', 'DER', '-in', 'key.der', '-pubout', '-out', 'public.pem');
    const target = await prepare('RSA-OAEP-AES-KWP');
    const bytes = folder.wrapped('key.der', target);
    const name = `openssl/${kind.toLowerCase()}`;
    const params = { name, format: 'pkcs8', algorithm, usages: signing, importId: target.importId };
    await imported({ ...params, wrapped: bytes.toString('base64url'), requestId: randomUUID() });
    const { privateKey } = await app.keys.get(name);
    folder.write('message', message);
    folder.write('signature', Buffer.from(await app.subtle.sign(algorithm.name, privateKey, message)));
    if (digest === undefined) {
      const files = ['-inkey', 'public.pem', '-in', 'message', '-sigfile', 'signature'];
      folder.run('pkeyutl', '-verify', '-pubin', '-rawin', ...files);
    } else {
      folder.run('dgst', ...digest, '-verify', 'public.pem', '-signature', 'signature', 'message');
    }
  });
});

describe('is refused and leaves nothing', () => {
  async function refused(request: Import, code: string, id = 'olga'): Promise<void> {
    expect(await codeOf(askFor(request, id))).toBe(code);
    expect(await isThere(request.name)).toBe(false);
    const { result } = await assembly.ask('otto', 'approvals.list', {});
    const { approvals } = result as unknown as { approvals: { state: string; operation: { resource: string } }[] };
    const asked = approvals.filter(({ operation }) => operation.resource === request.name);
    expect(asked).toEqual([]);
  }

  test('without approval', async () => {
    const request = await wrapped(edwards, pkcs8(ed.key));
    expect(await codeOf(askFor(request))).toBe('approval_required');
    expect(await isThere(request.name)).toBe(false);
    expect(await codeOf(askFor(request))).toBe('approval_required');
  });

  test('a second key to the same import key, and the same again under another name', async () => {
    const request = await wrapped(edwards, pkcs8(ed.key));
    await imported(request);
    await refused({ ...request, name: 'imports/second', requestId: randomUUID() }, 'import_key_unknown');
  });

  test('the repetition of a call that succeeded is its first outcome', async () => {
    const request = await wrapped(edwards, pkcs8(ed.key));
    const { id } = await imported(request);
    const { result } = await askFor(request);
    expect((result as unknown as { record: KeyRecord }).record.id).toBe(id);
  });

  test('of 16 connections at once one makes the key', async () => {
    const request = await wrapped(edwards, pkcs8(ed.key));
    await assembly.approve(otto, await assembly.held('olga', 'keys.import', request));
    const url = sidecar.process.url as string;
    const racers = await Promise.all(Array.from({ length: 16 }, () => WebSocketClient.open(url, tokenOf('olga'))));
    const calls = racers.map((racer) => racer.call('keys.import', { ...request, requestId: randomUUID() }));
    const codes = await Promise.all(calls.map(codeOf));
    for (const racer of racers) racer.close();
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1);
    expect(await isThere(request.name)).toBe(true);
  });

  test('another principal’s import key', async () => {
    const request = await wrapped(edwards, pkcs8(ed.key));
    await refused({ ...request, requestId: randomUUID() }, 'import_key_unknown', 'otto');
    expect(await codeOf(askFor(request))).toBe('approval_required');
  });

  test('an import key that there is not', async () => {
    const request = await wrapped(edwards, pkcs8(ed.key));
    await refused({ ...request, importId: 'imp_AAAAAAAAAAAAAAAAAAAAAA' }, 'import_key_unknown');
  });

  test('who has no right to', async () => {
    expect(await codeOf(assembly.ask('ada', 'keys.prepareImport'))).toBe('permission_denied');
    const request = await wrapped(edwards, pkcs8(ed.key));
    await refused(request, 'permission_denied', 'ada');
  });

  test.each(['HPKE-MLKEM768-X25519', 'HPKE-X25519', 'RSA-OAEP-AES-KWP'] as const)(
    'a changed ciphertext of %s, which uses the import key up',
    { timeout: 30_000 },
    async (wrapping) => {
      const request = await wrapped(edwards, pkcs8(ed.key), wrapping);
      const bytes = Buffer.from(request.wrapped, 'base64url');
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
      await refused({ ...request, wrapped: bytes.toString('base64url') }, 'operation_failed');
      await refused(request, 'import_key_unknown');
    },
  );

  test('a changed ciphertext after the approval is another operation', async () => {
    const request = await wrapped(edwards, pkcs8(ed.key));
    await assembly.approve(otto, await assembly.held('olga', 'keys.import', request));
    const bytes = Buffer.from(request.wrapped, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
    expect(await codeOf(askFor({ ...request, wrapped: bytes.toString('base64url') }))).toBe('operation_failed');
    expect(await isThere(request.name)).toBe(false);
  });

  test('a message for another import', async () => {
    const target = await prepare();
    const { importId } = await prepare();
    const bytes = await senders['HPKE-MLKEM768-X25519']({ ...target, importId }, pkcs8(ed.key));
    const request = { ...(await wrapped(edwards, pkcs8(ed.key))), importId: target.importId };
    await refused({ ...request, wrapped: bytes.toString('base64url') }, 'operation_failed');
  });

  test('an AES key of 128 bits in CKM_RSA_AES_KEY_WRAP', async () => {
    const target = await prepare('RSA-OAEP-AES-KWP');
    const aesKey = randomBytes(16);
    const bytes = Buffer.concat([encryptOaep(target, aesKey), aeskwp(aesKey).encrypt(pkcs8(ed.key))]);
    const request = { ...(await wrapped(edwards, pkcs8(ed.key))), importId: target.importId };
    await refused({ ...request, wrapped: bytes.toString('base64url') }, 'operation_failed');
  });

  test.each([
    ['another algorithm', { algorithm: { name: 'X25519' }, usages: ['deriveBits'] }, pkcs8(ed.key), 'data_invalid'],
    ['no such algorithm', { algorithm: { name: 'DSA' }, usages: signing }, pkcs8(ed.key), 'not_supported'],
    ['usages that do not fit', { usages: ['encrypt'] }, pkcs8(ed.key), 'syntax_invalid'],
    ['no usage of the private half', { usages: ['verify'] }, pkcs8(ed.key), 'syntax_invalid'],
    ['no key at all', {}, randomBytes(48), 'data_invalid'],
    ['a public key', { format: 'jwk' }, jwk(createPublicKey(ed.key)), 'syntax_invalid'],
    ['another format', { format: 'raw-seed' }, pkcs8(ed.key), 'not_supported'],
    [
      'an AES key of 104 bits',
      { algorithm: aes.algorithm, usages: aes.usages, format: 'raw-secret' },
      randomBytes(13),
      'data_invalid',
    ],
  ])('%s', async (_, change, bytes, code) => {
    const request = await wrapped({ ...edwards, ...change }, bytes);
    await refused(request, code);
  });

  test('an Ed25519 key with the public key of another', async () => {
    const foreign = createPublicKey(generated('ed25519')).export({ format: 'jwk' });
    const key = Buffer.from(JSON.stringify({ ...ed.key.export({ format: 'jwk' }), x: foreign.x }));
    await refused(await wrapped({ ...edwards, format: 'jwk' }, key), 'data_invalid');
  });

  test('an SLH-DSA key with a wrong root', { timeout: 30_000 }, async () => {
    const { secretKey } = slh_dsa_sha2_128f.keygen();
    const wrong = Buffer.from(secretKey);
    wrong.writeUInt8(wrong.readUInt8(63) ^ 1, 63);
    const header = Buffer.from('3052020100300b0609608648016503040315', 'hex');
    const pkcs8Of = (key: Uint8Array) => Buffer.concat([header, Buffer.from('0440', 'hex'), key]);
    const slhDsa = { ...edwards, algorithm: { name: 'SLH-DSA-SHA2-128f' } };
    await refused(await wrapped(slhDsa, pkcs8Of(wrong)), 'data_invalid');
    await imported(await wrapped(slhDsa, pkcs8Of(secretKey)));
  });

  test('a name that is taken', async () => {
    const first = await imported(await wrapped(edwards, pkcs8(ed.key)));
    const request = await wrapped({ ...edwards, name: first.name }, pkcs8(ed.key));
    expect(await codeOf(askFor(request))).toBe('already_exists');
  });
});

test('the log says what was imported, and holds no key', async () => {
  const request = await wrapped(edwards, pkcs8(ed.key));
  await imported(request);
  const records = await assembly.records('ada');
  const made = records.filter(({ operation, resource }) => operation === 'keys.import' && resource === request.name);
  expect(made.map(({ phase, outcome }) => `${phase} ${outcome}`)).toEqual(
    expect.arrayContaining(['intent pending', 'result ok']),
  );
  expect(made.at(-1)?.details).toMatchObject({ format: 'pkcs8', importId: request.importId });
});
