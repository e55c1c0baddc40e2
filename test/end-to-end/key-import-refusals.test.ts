import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import type { KeyRecord } from '@ferrohsm/sdk/node';
import { aeskwp } from '@noble/ciphers/aes.js';
import { slh_dsa_sha2_128f } from '@noble/post-quantum/slh-dsa.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from './assembly.ts';
import { ImportOffice, type ImportRequest, officeOptions, type Wanted } from './import-office.ts';
import { encryptOaep, senders } from './import-senders.ts';
import { liveSidecar } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';
import { WebSocketClient } from './websocket-client.ts';

const sidecar = liveSidecar(officeOptions);
const office = new ImportOffice(sidecar);
beforeAll(() => office.open());
afterAll(() => office.assembly.leave());

const signing = ['sign', 'verify'];
const original: KeyObject = generateKeyPairSync('ed25519').privateKey;
const edwards: Wanted = { format: 'pkcs8', algorithm: { name: 'Ed25519' }, usages: signing };
const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'der' });
const jwk = (key: KeyObject) => Buffer.from(JSON.stringify(key.export({ format: 'jwk' })));

describe('is refused and leaves nothing', () => {
  async function refused(request: ImportRequest, code: string, id = 'olga'): Promise<void> {
    expect(await codeOf(office.askFor(request, id))).toBe(code);
    expect(await office.isThere(request.name)).toBe(false);
    const { result } = await office.assembly.ask('otto', 'approvals.list', {});
    const { approvals } = result as unknown as { approvals: { state: string; operation: { resource: string } }[] };
    const asked = approvals.filter(({ operation }) => operation.resource === request.name);
    expect(asked).toEqual([]);
  }

  test('without approval', async () => {
    const request = await office.wrapped(edwards, pkcs8(original));
    expect(await codeOf(office.askFor(request))).toBe('approval_required');
    expect(await office.isThere(request.name)).toBe(false);
    expect(await codeOf(office.askFor(request))).toBe('approval_required');
  });

  test('a second key to the same import key, and the same again under another name', async () => {
    const request = await office.wrapped(edwards, pkcs8(original));
    await office.imported(request);
    await refused({ ...request, name: 'imports/second', requestId: randomUUID() }, 'import_key_unknown');
  });

  test('the repetition of a call that succeeded is its first outcome', async () => {
    const request = await office.wrapped(edwards, pkcs8(original));
    const { id } = await office.imported(request);
    const { result } = await office.askFor(request);
    expect((result as unknown as { record: KeyRecord }).record.id).toBe(id);
  });

  test('of 16 connections at once one makes the key', async () => {
    const request = await office.wrapped(edwards, pkcs8(original));
    await office.approve(request);
    const url = sidecar.process.url as string;
    const racers = await Promise.all(Array.from({ length: 16 }, () => WebSocketClient.open(url, tokenOf('olga'))));
    const calls = racers.map((racer) => racer.call('keys.import', { ...request, requestId: randomUUID() }));
    const codes = await Promise.all(calls.map(codeOf));
    for (const racer of racers) racer.close();
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1);
    expect(await office.isThere(request.name)).toBe(true);
  });

  test('another principal’s import key', async () => {
    const request = await office.wrapped(edwards, pkcs8(original));
    await refused({ ...request, requestId: randomUUID() }, 'import_key_unknown', 'otto');
    expect(await codeOf(office.askFor(request))).toBe('approval_required');
  });

  test('an import key that there is not', async () => {
    const request = await office.wrapped(edwards, pkcs8(original));
    await refused({ ...request, importId: 'imp_AAAAAAAAAAAAAAAAAAAAAA' }, 'import_key_unknown');
  });

  test('who has no right to', async () => {
    expect(await codeOf(office.assembly.ask('ada', 'keys.prepareImport'))).toBe('permission_denied');
    const request = await office.wrapped(edwards, pkcs8(original));
    await refused(request, 'permission_denied', 'ada');
  });

  test.each(['HPKE-MLKEM768-X25519', 'HPKE-X25519', 'RSA-OAEP-AES-KWP'] as const)(
    'a changed ciphertext of %s, which uses the import key up',
    { timeout: 30_000 },
    async (wrapping) => {
      const request = await office.wrapped(edwards, pkcs8(original), wrapping);
      const bytes = Buffer.from(request.wrapped, 'base64url');
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
      await refused({ ...request, wrapped: bytes.toString('base64url') }, 'operation_failed');
      await refused(request, 'import_key_unknown');
    },
  );

  test('a changed ciphertext after the approval is another operation', async () => {
    const request = await office.wrapped(edwards, pkcs8(original));
    await office.approve(request);
    const bytes = Buffer.from(request.wrapped, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
    expect(await codeOf(office.askFor({ ...request, wrapped: bytes.toString('base64url') }))).toBe('operation_failed');
    expect(await office.isThere(request.name)).toBe(false);
  });

  test('a message for another import', async () => {
    const target = await office.prepare();
    const { importId } = await office.prepare();
    const bytes = await senders['HPKE-MLKEM768-X25519']({ ...target, importId }, pkcs8(original));
    const request = { ...(await office.wrapped(edwards, pkcs8(original))), importId: target.importId };
    await refused({ ...request, wrapped: bytes.toString('base64url') }, 'operation_failed');
  });

  test('an AES key of 128 bits in CKM_RSA_AES_KEY_WRAP', async () => {
    const target = await office.prepare('RSA-OAEP-AES-KWP');
    const aesKey = randomBytes(16);
    const bytes = Buffer.concat([encryptOaep(target, aesKey), aeskwp(aesKey).encrypt(pkcs8(original))]);
    const request = { ...(await office.wrapped(edwards, pkcs8(original))), importId: target.importId };
    await refused({ ...request, wrapped: bytes.toString('base64url') }, 'operation_failed');
  });

  test.each([
    ['another algorithm', { algorithm: { name: 'X25519' }, usages: ['deriveBits'] }, pkcs8(original), 'data_invalid'],
    ['an algorithm of unknown strength', { algorithm: { name: 'DSA' } }, pkcs8(original), 'permission_denied'],
    ['usages that do not fit', { usages: ['encrypt'] }, pkcs8(original), 'syntax_invalid'],
    ['no usage of the private half', { usages: ['verify'] }, pkcs8(original), 'syntax_invalid'],
    ['no key at all', {}, randomBytes(48), 'data_invalid'],
    ['a public key', { format: 'jwk' }, jwk(createPublicKey(original)), 'syntax_invalid'],
    ['another format', { format: 'raw-seed' }, pkcs8(original), 'not_supported'],
    [
      'an AES key of 104 bits',
      { algorithm: { name: 'AES-GCM' }, usages: ['encrypt', 'decrypt'], format: 'raw-secret' },
      randomBytes(13),
      'data_invalid',
    ],
  ])('%s', async (_, change, bytes, code) => {
    const request = await office.wrapped({ ...edwards, ...change }, bytes);
    await refused(request, code);
  });

  test('an Ed25519 key with the public key of another', async () => {
    const foreign = createPublicKey(generateKeyPairSync('ed25519').privateKey).export({ format: 'jwk' });
    const key = Buffer.from(JSON.stringify({ ...original.export({ format: 'jwk' }), x: foreign.x }));
    await refused(await office.wrapped({ ...edwards, format: 'jwk' }, key), 'data_invalid');
  });

  test('an SLH-DSA key with a wrong root', { timeout: 30_000 }, async () => {
    const { secretKey } = slh_dsa_sha2_128f.keygen();
    const wrong = Buffer.from(secretKey);
    wrong.writeUInt8(wrong.readUInt8(63) ^ 1, 63);
    const header = Buffer.from('3052020100300b0609608648016503040315', 'hex');
    const pkcs8Of = (key: Uint8Array) => Buffer.concat([header, Buffer.from('0440', 'hex'), key]);
    const slhDsa = { ...edwards, algorithm: { name: 'SLH-DSA-SHA2-128f' } };
    await refused(await office.wrapped(slhDsa, pkcs8Of(wrong)), 'data_invalid');
    await office.imported(await office.wrapped(slhDsa, pkcs8Of(secretKey)));
  });

  test('a modulus that the policy forbids, which shows only once it is unwrapped', async () => {
    const key = pkcs8(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    const request = await office.wrapped(
      { format: 'pkcs8', algorithm: { name: 'RSA-PSS', hash: 'SHA-256' }, usages: signing },
      key,
    );
    await office.approve(request);
    expect(await codeOf(office.askFor(request))).toBe('permission_denied');
    expect(await office.isThere(request.name)).toBe(false);
  });

  test('a name that is taken', async () => {
    const first = await office.imported(await office.wrapped(edwards, pkcs8(original)));
    const request = await office.wrapped({ ...edwards, name: first.name }, pkcs8(original));
    expect(await codeOf(office.askFor(request))).toBe('already_exists');
  });
});
