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
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImportOffice, officeOptions, type Wanted } from './import-office.ts';
import { OpensslFolder } from './import-senders.ts';
import { liveSidecar } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';

const sidecar = liveSidecar(officeOptions);
const office = new ImportOffice(sidecar);
let app: FerroHsm;
beforeAll(async () => {
  await office.open();
  app = await sidecar.connect();
});
afterAll(async () => {
  await app.close();
  office.assembly.leave();
});

const message = Buffer.from('what the imported key is used for');

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
  key: generated('rsa', { modulusLength: 3072 }),
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
    const record = await office.imported(await office.wrapped({ format, algorithm, usages }, bytes(key), wrapping));
    expect(record).toMatchObject({ owner: 'olga', extractable: false, usages });
    expect(record.versions).toMatchObject([{ version: 1, state: 'active', origin: 'imported' }]);
    await check(record.name, key);
  });

  test('by the SDK, which wraps it itself', async () => {
    const original = generated('ed25519');
    await using hsm = await sidecar.connectWebSocket(tokenOf('olga'));
    const keyData = pkcs8(original) as Buffer<ArrayBuffer>;
    const key = { name: 'imports/by-sdk', format: 'pkcs8', algorithm: 'Ed25519', usages: ['sign', 'verify'] } as const;
    const held = hsm.with({ wait: true, onHeld: ({ id }) => void office.approveHeld(id) });
    const { record } = await held.keys.import({ ...key, keyData });
    expect(record.versions).toMatchObject([{ origin: 'imported' }]);
    await signsAs({}, null)('imports/by-sdk', original);
  });

  test('survives a restart', { timeout: 30_000 }, async () => {
    const record = await office.imported(await office.wrapped(edwards, pkcs8(ed.key)));
    await app.close();
    await sidecar.stop();
    await sidecar.start();
    await office.open();
    app = await sidecar.connect();
    expect((await app.keys.get(record.name)).record.versions).toMatchObject([{ origin: 'imported' }]);
    await signsAs({}, null)(record.name, ed.key);
  });
});

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
    const target = await office.prepare('RSA-OAEP-AES-KWP');
    const bytes = folder.wrapped('key.der', target);
    const name = `openssl/${kind.toLowerCase()}`;
    const params = { name, format: 'pkcs8', algorithm, usages: signing, importId: target.importId };
    await office.imported({ ...params, wrapped: bytes.toString('base64url'), requestId: randomUUID() });
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

test('the log says what was imported, and holds no key', async () => {
  const request = await office.wrapped(edwards, pkcs8(ed.key));
  await office.imported(request);
  const records = await office.assembly.records('ada');
  const made = records.filter(({ operation, resource }) => operation === 'keys.import' && resource === request.name);
  expect(made.map(({ phase, outcome }) => `${phase} ${outcome}`)).toEqual(
    expect.arrayContaining(['intent pending', 'result ok']),
  );
  expect(made.at(-1)?.details).toMatchObject({ format: 'pkcs8', importId: request.importId });
});
