import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  encapsulate,
  type KeyObject,
  randomBytes,
  randomUUID,
  verify,
} from 'node:crypto';
import { describeOperation, type FerroHsm, type FrozenOperation, type ImportWrappingName } from '@ferrohsm/sdk/node';
import { aeskw, aeskwp } from '@noble/ciphers/aes.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alteredRsaKey, recipients, rsaRecipient } from '../../sidecar/src/crypto/wrapping/test-recipients.ts';
import { codeOf } from './assembly.ts';
import { ExportOffice, exportOptions } from './export-office.ts';
import { ImportOffice, officeOptions } from './import-office.ts';
import { liveSidecar } from './live-sidecar.ts';
import { OpensslRecipient } from './openssl-recipient.ts';
import { tokenOf } from './principals.ts';

const policies = `
@id("export.wrapped-only")
forbid (principal, action in Action::"key.release", resource is Key)
when { resource.scope == "named" && resource.keyType != "public" && context.wrapping == "none" };

@id("kek.locked")
forbid (principal, action == Action::"keys.export.wrappingKey", resource is Key)
when { resource has name && resource.name == "kek/locked" };`;

const source = liveSidecar(exportOptions(policies));
const target = liveSidecar(officeOptions);
const office = new ExportOffice(source);
const imports = new ImportOffice(target);
let app: FerroHsm;
let other: FerroHsm;
beforeAll(async () => {
  await office.open();
  await imports.open();
  app = await source.connect();
  other = await target.connect();
});
afterAll(async () => {
  await app.close();
  await other.close();
  office.assembly.leave();
  imports.assembly.leave();
});

const wrappings = Object.keys(recipients) as ImportWrappingName[];
const info = Buffer.from('ferrohsm/export/v1');
const message = Buffer.from('what the key is used for at both places');
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const signing = ['sign', 'verify'];

interface Sample {
  readonly algorithm: { readonly name: string; readonly [member: string]: unknown };
  readonly usages: readonly string[];
  readonly format: string;
  /** Whether what one sidecar did the other understands. */
  readonly check: (name: string, imported: string) => Promise<void>;
}

async function publicKeyOf(hsm: FerroHsm, name: string): Promise<KeyObject> {
  const spki = await hsm.subtle.exportKey('spki', (await hsm.keys.get(name)).publicKey);
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}

/** The other sidecar signs, node:crypto verifies with the public key of the first. */
function signs(parameters: object, digest: string | null, options: object = {}) {
  return async (name: string, imported: string) => {
    const { privateKey } = await other.keys.get(imported);
    const signature = await other.subtle.sign({ ...privateKey.algorithm, ...parameters }, privateKey, message);
    const key = await publicKeyOf(app, name);
    expect(verify(digest, message, { key, ...options }, Buffer.from(signature))).toBe(true);
    const { publicKey } = await app.keys.get(name);
    const found = await other.subtle.exportKey('spki', (await other.keys.get(imported)).publicKey);
    expect(Buffer.from(found)).toEqual(Buffer.from(await app.subtle.exportKey('spki', publicKey)));
  };
}

async function decrypts(name: string, imported: string): Promise<void> {
  const algorithm = { name: 'AES-GCM', iv: randomBytes(12) };
  const ciphertext = await app.subtle.encrypt(algorithm, (await app.keys.get(name)).secretKey, message);
  const opened = await other.subtle.decrypt(algorithm, (await other.keys.get(imported)).secretKey, ciphertext);
  expect(Buffer.from(opened)).toEqual(message);
}

async function authenticates(name: string, imported: string): Promise<void> {
  const tag = await app.subtle.sign('HMAC', (await app.keys.get(name)).secretKey, message);
  expect(await other.subtle.verify('HMAC', (await other.keys.get(imported)).secretKey, tag, message)).toBe(true);
}

async function decapsulates(name: string, imported: string): Promise<void> {
  const { sharedKey, ciphertext } = encapsulate(await publicKeyOf(app, name));
  const { privateKey } = await other.keys.get(imported);
  const found = await other.subtle.decapsulateBits('ML-KEM-768', privateKey, ciphertext as Buffer<ArrayBuffer>);
  expect(Buffer.from(found)).toEqual(sharedKey);
}

const decapsulating = ['encapsulateBits', 'decapsulateBits'];
const samples: readonly Sample[] = [
  { algorithm: { name: 'Ed25519' }, usages: signing, format: 'pkcs8', check: signs({}, null) },
  {
    algorithm: { name: 'ECDSA', namedCurve: 'P-384' },
    usages: signing,
    format: 'jwk',
    check: signs({ hash: 'SHA-384' }, 'sha384', { dsaEncoding: 'ieee-p1363' }),
  },
  { algorithm: { name: 'ML-DSA-65' }, usages: signing, format: 'raw-seed', check: signs({}, null) },
  { algorithm: { name: 'ML-KEM-768' }, usages: decapsulating, format: 'raw-seed', check: decapsulates },
  {
    algorithm: { name: 'AES-GCM', length: 256 },
    usages: ['encrypt', 'decrypt'],
    format: 'raw-secret',
    check: decrypts,
  },
  { algorithm: { name: 'HMAC', hash: 'SHA-256' }, usages: signing, format: 'raw-secret', check: authenticates },
];
const cases = samples.flatMap((sample) =>
  wrappings.map((wrapping) => [`${sample.algorithm.name} ${sample.format}`, wrapping, sample] as const),
);

describe('what one sidecar exported another imports unchanged', () => {
  test.each(cases)('%s, %s', { timeout: 60_000 }, async (_, wrapping, { algorithm, usages, format, check }) => {
    const { name } = await office.created(algorithm, usages);
    const { importId, publicKey } = await imports.prepare(wrapping);
    const { wrapped } = await office.exported({ name, format, wrapping: { name: wrapping, publicKey, importId } });
    const wanted = { name: `imports/${randomUUID()}`, format, algorithm, usages, importId };
    const record = await imports.imported({ ...wanted, wrapped: text(wrapped), requestId: randomUUID() });
    expect(record.versions).toMatchObject([{ state: 'active', origin: 'imported' }]);
    await check(name, record.name);
  });

  test('by the SDK on both sides', { timeout: 60_000 }, async () => {
    await office.created({ name: 'Ed25519' }, signing, 'exports/by-sdk');
    await using from = await source.connectWebSocket(tokenOf('olga'));
    await using to = await target.connectWebSocket(tokenOf('olga'));
    const onHeld = ({ id }: { readonly id: string }) => void office.approveHeld(id);
    const prepared = await to.keys.prepareImport();
    const held = from.with({ wait: true, onHeld });
    const { wrapped, format } = await held.keys.exportWrapped('exports/by-sdk', 'pkcs8', prepared);
    const key = { name: 'imports/by-sdk', format, algorithm: 'Ed25519', usages: signing } as const;
    const waiting = to.with({ wait: true, onHeld: ({ id }) => void imports.approveHeld(id) });
    await waiting.keys.importWrapped({
      ...key,
      format: 'pkcs8',
      usages: ['sign', 'verify'],
      importId: prepared.importId,
      wrapped,
    });
    await signs({}, null)('exports/by-sdk', 'imports/by-sdk');
  });
});

describe('for a recipient of another make', () => {
  test.each(wrappings)('%s', { timeout: 30_000 }, async (wrapping) => {
    const outsider = await recipients[wrapping]();
    const { name } = await office.created({ name: 'Ed25519' }, signing);
    const { wrapped, version } = await office.exported({
      ...{ name, format: 'pkcs8' },
      wrapping: { name: wrapping, publicKey: text(outsider.publicKey) },
    });
    expect(version).toBe(1);
    const key = Buffer.from(await outsider.open(wrapped, info));
    const found = createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
    expect(found.equals(await publicKeyOf(app, name))).toBe(true);
  });

  test('openssl alone', { timeout: 30_000 }, async () => {
    using folder = new OpensslRecipient();
    const { name } = await office.created({ name: 'ECDSA', namedCurve: 'P-256' }, signing);
    const wrapping = { name: 'RSA-OAEP-AES-KWP', publicKey: text(folder.publicKey) };
    folder.open((await office.exported({ name, format: 'pkcs8', wrapping })).wrapped);
    folder.run('pkey', '-inform', 'DER', '-in', 'key.der', '-pubout', '-outform', 'DER', '-out', 'public.der');
    const wanted = await publicKeyOf(app, name);
    expect(folder.read('public.der')).toEqual(wanted.export({ type: 'spki', format: 'der' }));
  });
});

describe('under a named AES-KW key', () => {
  /** Of known bytes: only an import makes one. */
  async function kek(bytes: Buffer, usages = ['wrapKey', 'unwrapKey']) {
    const wanted = { name: `kek/${randomUUID()}`, format: 'raw-secret', algorithm: { name: 'AES-KW' }, usages };
    return await office.imported(await office.wrapped(wanted, bytes));
  }

  /** The user of the test may use keys, so it asks itself. */
  async function wrappedBy(key: string, name: string, format: 'pkcs8' | 'raw-secret') {
    const held = app.with({ wait: true, onHeld: ({ id }) => void office.approveHeld(id) });
    return Buffer.from((await held.keys.exportWrapped(name, format, { wrapping: 'AES-KWP', key })).wrapped);
  }

  test('AES-KWP of PKCS#8: openssl and a second implementation unwrap it', { timeout: 30_000 }, async () => {
    const bytes = randomBytes(32);
    const { name: kekName } = await kek(bytes);
    const { name } = await office.created({ name: 'ECDSA', namedCurve: 'P-256' }, signing);
    const wrapped = await wrappedBy(kekName, name, 'pkcs8');
    const key = Buffer.from(aeskwp(bytes).decrypt(wrapped));
    const found = createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
    expect(found.equals(await publicKeyOf(app, name))).toBe(true);
    using folder = new OpensslRecipient();
    folder.unwrap(wrapped, bytes);
    expect(folder.read('key.der')).toEqual(key);
    const { result } = await office.assembly.ask('olga', 'keys.usage', { name: kekName });
    expect(result).toMatchObject({ versions: [{ version: 1, uses: 1 }] });
  });

  test('AES-KW of a secret key: subtle.unwrapKey makes a session key of it', { timeout: 30_000 }, async () => {
    const bytes = randomBytes(32);
    const { name: kekName, id } = await kek(bytes);
    const { name } = await office.created({ name: 'HMAC', hash: 'SHA-256', length: 256 }, signing);
    const wrapping = { name: 'AES-KW', key: `${id}/1` };
    const { wrapped } = await office.exported({ name, format: 'raw-secret', wrapping });
    const hmac = createHmac('sha256', aeskw(bytes).decrypt(wrapped)).update(message).digest();
    const { secretKey } = await app.keys.get(kekName);
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const opened = await app.subtle.unwrapKey('raw', Buffer.from(wrapped), secretKey, 'AES-KW', algorithm, false, [
      'sign',
    ]);
    expect(Buffer.from(await app.subtle.sign('HMAC', opened, message))).toEqual(hmac);
    const signed = await app.subtle.sign('HMAC', (await app.keys.get(name)).secretKey, message);
    expect(Buffer.from(signed)).toEqual(hmac);
  });

  test('is as good as unwrapped for whoever may unwrap it', { timeout: 30_000 }, async () => {
    const before = await office.asked();
    const both = await kek(randomBytes(32));
    const { name } = await office.created({ name: 'HMAC', hash: 'SHA-256', length: 256 }, signing);
    const exported = app.keys.exportWrapped(name, 'raw-secret', { wrapping: 'AES-KW', key: both.name });
    await expect(exported).rejects.toMatchObject({ code: 'permission_denied' });
    const { secretKey } = await app.keys.get(name);
    const { secretKey: wrappingKey } = await app.keys.get(both.name);
    const wrapped = app.subtle.wrapKey('raw', secretKey, wrappingKey, 'AES-KW');
    await expect(wrapped).rejects.toMatchObject({ name: 'NotAllowedError' });
    expect(await office.asked()).toBe(before);
    expect(await wrappedBy(both.name, name, 'raw-secret')).toHaveLength(40);
  });

  test('is approved by its name', { timeout: 30_000 }, async () => {
    const { id, name: kekName } = await kek(randomBytes(32));
    const { name } = await office.created({ name: 'Ed25519' }, signing);
    const wanted = { name, format: 'pkcs8', wrapping: { name: 'AES-KWP', key: `${id}/1` } };
    const approval = await office.held(wanted);
    const operation = approval.operation as unknown as FrozenOperation;
    expect(operation.keyNames).toMatchObject({ [`${id}/1`]: kekName });
    const wish = `olga wants to get the SECRET of the key ${name} out of the sidecar, encrypted under the key ${kekName}`;
    expect(describeOperation(operation)[0]).toBe(wish);
    await office.approveHeld(approval.id);
    const renamed = { name: kekName, newName: `${kekName}-renamed` };
    expect(await codeOf(office.assembly.change('olga', 'keys.rename', renamed))).toBe('ok');
    expect(await codeOf(office.ask(wanted))).toBe('approval_required');
  });

  test('is refused before people are asked', { timeout: 60_000 }, async () => {
    const before = await office.asked();
    const strong = await kek(randomBytes(32));
    const weak = await kek(randomBytes(16));
    const unwrapping = await kek(randomBytes(32), ['unwrapKey']);
    const { name } = await office.created({ name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']);
    const { name: signer } = await office.created({ name: 'ECDSA', namedCurve: 'P-256' }, signing);
    const refused = async (key: string, code: string) => {
      const exported = app.keys.exportWrapped(name, 'raw-secret', { wrapping: 'AES-KWP', key });
      await expect(exported).rejects.toMatchObject({ code });
    };
    await refused(weak.name, 'wrapping_weak');
    await refused(unwrapping.name, 'access_invalid');
    await refused(name, 'access_invalid');
    const own = app.keys.exportWrapped(strong.name, 'raw-secret', { wrapping: 'AES-KWP', key: strong.name });
    await expect(own).rejects.toMatchObject({ code: 'access_invalid' });
    await refused('kek/nowhere', 'not_found');
    const odd = { name: signer, format: 'pkcs8', wrapping: { name: 'AES-KW', key: `${strong.id}/1` } };
    expect(await codeOf(office.ask(odd))).toBe('operation_failed');
    const byOfficer = (key: string) =>
      codeOf(office.ask({ name, format: 'raw-secret', wrapping: { name: 'AES-KWP', key } }));
    expect(await byOfficer(`${strong.id}/2`)).toBe('not_found');
    expect(await byOfficer(`ses_${'A'.repeat(22)}`)).toBe('invalid_params');
    await office.created({ name: 'AES-KW', length: 256 }, ['wrapKey'], 'kek/locked');
    await refused('kek/locked', 'permission_denied');
    expect(await office.asked()).toBe(before);
  });
});

describe('is refused before people are asked', () => {
  test('a weak recipient, what is none, and a format that the key does not have', { timeout: 30_000 }, async () => {
    const { name } = await office.created({ name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']);
    const before = await office.asked();
    const ask = (wrapping: string, publicKey: Uint8Array, format = 'raw-secret') =>
      codeOf(office.ask({ name, format, wrapping: { name: wrapping, publicKey: text(publicKey) } }));
    expect(await ask('RSA-OAEP-AES-KWP', rsaRecipient(1024).publicKey)).toBe('wrapping_weak');
    expect(await ask('RSA-OAEP-AES-KWP', rsaRecipient(2048).publicKey)).toBe('wrapping_weak');
    const { publicKey } = await recipients['HPKE-X25519']();
    expect(await ask('RSA-OAEP-AES-KWP', alteredRsaKey({ e: 'AQ' }))).toBe('wrapping_weak');
    expect(await ask('RSA-OAEP-AES-KWP', publicKey)).toBe('data_invalid');
    expect(await ask('HPKE-X25519', randomBytes(44))).toBe('data_invalid');
    expect(await ask('HPKE-X25519', Buffer.concat([publicKey, Buffer.of(0)]))).toBe('data_invalid');
    expect(await ask('HPKE-X25519', Buffer.concat([publicKey.subarray(0, 12), Buffer.alloc(32)]))).toBe(
      'operation_failed',
    );
    expect(await ask('HPKE-X25519', publicKey, 'pkcs8')).toBe('not_supported');
    expect(await ask('HPKE-X25519', publicKey, 'raw-seed')).toBe('not_supported');
    expect(await office.asked()).toBe(before);
  });
});

describe('consent', () => {
  test('names the recipient and fits no other', { timeout: 30_000 }, async () => {
    const { name } = await office.created({ name: 'Ed25519' }, signing);
    const [first, second] = [await recipients['HPKE-X25519'](), await recipients['HPKE-X25519']()];
    const to = ({ publicKey }: { readonly publicKey: Uint8Array }, more: object = {}) => ({
      ...{ name, format: 'pkcs8' },
      wrapping: { name: 'HPKE-X25519', publicKey: text(publicKey), ...more },
    });
    const approval = await office.held(to(first));
    const [wish] = describeOperation(approval.operation as unknown as FrozenOperation);
    const fingerprint = createHash('sha256').update(first.publicKey).digest('base64url');
    expect(wish).toBe(
      `olga wants to get the SECRET of the key ${name} out of the sidecar, ` +
        `encrypted for the public key with SHA-256 ${fingerprint}`,
    );
    await office.approveHeld(approval.id);
    expect(await codeOf(office.ask(to(second)))).toBe('approval_required');
    expect(await codeOf(office.ask(to(first, { importId: `imp_${'A'.repeat(22)}` })))).toBe('approval_required');
    expect(await codeOf(office.ask(to(first)))).toBe('ok');
    expect(await codeOf(office.ask(to(first)))).toBe('approval_required');
  });

  test('policies allow what is wrapped and forbid what is not', async () => {
    const { name } = await office.created({ name: 'Ed25519' }, signing);
    expect(await codeOf(office.ask({ name, format: 'pkcs8' }))).toBe('permission_denied');
    const { privateKey } = await app.keys.get(name);
    await expect(app.subtle.exportKey('pkcs8', privateKey)).rejects.toMatchObject({ name: expect.any(String) });
    const { publicKey } = await recipients['HPKE-X25519']();
    const wrapping = { name: 'HPKE-X25519', publicKey: text(publicKey) };
    expect(await codeOf(office.ask({ name, format: 'pkcs8', wrapping }))).toBe('approval_required');
  });

  test('the log says how it was wrapped, and holds neither key', async () => {
    const { name } = await office.created({ name: 'Ed25519' }, signing);
    const { publicKey } = await recipients['HPKE-X25519']();
    await office.exported({ name, format: 'pkcs8', wrapping: { name: 'HPKE-X25519', publicKey: text(publicKey) } });
    const { id } = (await app.keys.get(name)).record;
    const records = (await office.assembly.records('ada')).filter(
      ({ operation, resource, phase }) => operation === 'keys.export' && resource === `${id}/1` && phase === 'result',
    );
    expect(records.at(-1)).toMatchObject({
      outcome: 'ok',
      details: { format: 'pkcs8', 'wrapping.name': 'HPKE-X25519' },
    });
    expect(JSON.stringify(records)).not.toContain(text(publicKey));
  });
});
