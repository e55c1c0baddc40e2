import { randomUUID } from 'node:crypto';
import { FerroHsmError, type KeysCreateParams } from '@ferrohsm/sdk/node';
import { expect, test } from 'vitest';
import { WireClient } from '../wire/wire-client.ts';
import { collect, liveSidecar } from './live-sidecar.ts';

const sidecar = liveSidecar();
const data = Buffer.from('what is signed');
const usages = ['sign', 'verify'] as const;

function creation(name: string): KeysCreateParams {
  return { name, algorithm: { name: 'Ed25519' }, usages: [...usages], requestId: randomUUID() };
}

/** The name of a key that only this test uses. */
let count = 0;
function freshName(): string {
  count += 1;
  return `test/key-${count}`;
}

test('a named key survives the death of the sidecar', async () => {
  const name = freshName();
  await using before = await sidecar.connect();
  const made = await before.keys.create({ name, algorithm: 'ML-DSA-65', usages, labels: { team: 'billing' } });
  const spki = await before.subtle.exportKey('spki', made.publicKey);
  const signature = await before.subtle.sign('ML-DSA-65', made.privateKey, data);

  await sidecar.kill();
  await sidecar.start();

  await using after = await sidecar.connect();
  const found = await after.keys.get(made.id);
  expect(found.record).toEqual(made.record);
  expect(await after.subtle.exportKey('spki', found.publicKey)).toEqual(spki);
  expect(await after.subtle.verify('ML-DSA-65', found.publicKey, signature, data)).toBe(true);
  const again = await after.subtle.sign('ML-DSA-65', found.privateKey, data);
  expect(await after.subtle.verify('ML-DSA-65', made.publicKey, again, data)).toBe(true);
});

test('a client and its keys come back by themselves when the sidecar does', async () => {
  await using hsm = await sidecar.connect();
  const { privateKey, publicKey } = await hsm.keys.create({ name: freshName(), algorithm: 'Ed25519', usages });
  const session = await hsm.subtle.generateKey('Ed25519', false, usages);
  await sidecar.kill();
  await sidecar.start();
  const signature = await hsm.subtle.sign('Ed25519', privateKey, data);
  expect(await hsm.subtle.verify('Ed25519', publicKey, signature, data)).toBe(true);
  await expect(hsm.subtle.sign('Ed25519', session.privateKey, data)).rejects.toMatchObject({
    name: 'InvalidAccessError',
    cause: { code: 'not_found' },
  });
});

test('a session key dies with its connection and is nobody else’s', async () => {
  const owner = await WireClient.greeted(sidecar.process.socket);
  const stranger = await WireClient.greeted(sidecar.process.socket);
  const algorithm = { name: 'Ed25519' };
  const { result } = await owner.call('subtle.generateKey', { algorithm, extractable: false, usages });
  const { privateKey } = result as { privateKey: { handle: string } };
  const use = { algorithm, key: privateKey.handle, data: data.toString('base64url') };
  expect((await owner.call('subtle.sign', use)).result).toBeDefined();
  expect((await stranger.call('subtle.sign', use)).error?.data.code).toBe('not_found');
  await owner.close();
  expect((await stranger.call('subtle.sign', use)).error?.data.code).toBe('not_found');
  await stranger.close();
});

test('a repeated request creates one key, and other parameters under its id are a conflict', async () => {
  const params = creation(freshName());
  const client = await WireClient.greeted(sidecar.process.socket);
  const first = await client.call('keys.create', params);
  expect(first.result).toBeDefined();
  expect((await client.call('keys.create', params)).result).toEqual(first.result);

  const other = await client.call('keys.create', { ...params, name: freshName() });
  expect(other.error?.data.code).toBe('request_conflict');
  const sameName = await client.call('keys.create', { ...params, requestId: randomUUID() });
  expect(sameName.error?.data.code).toBe('already_exists');
  await client.close();

  await sidecar.kill();
  await sidecar.start();
  const later = await WireClient.greeted(sidecar.process.socket);
  expect((await later.call('keys.create', params)).result).toEqual(first.result);
  const { result } = await later.call('keys.list', { prefix: params.name });
  expect((result as { records: unknown[] }).records).toHaveLength(1);
  await later.close();
});

test('repeated requests at the same time create one key', async () => {
  const params = creation(freshName());
  const clients = await Promise.all(Array.from({ length: 4 }, () => WireClient.greeted(sidecar.process.socket)));
  const answers = await Promise.all(clients.map((client) => client.call('keys.create', params)));
  for (const { result } of answers) expect(result).toEqual(answers[0]?.result);
  expect(answers[0]?.result).toBeDefined();
  for (const client of clients) await client.close();
});

test('a renamed key keeps id, versions and signature, and gives its old name free', async () => {
  await using hsm = await sidecar.connect();
  const oldName = freshName();
  const made = await hsm.keys.create({ name: oldName, algorithm: 'Ed25519', usages });
  const newName = freshName();
  const renamed = await hsm.keys.rename(oldName, newName);
  expect(renamed.record).toMatchObject({ id: made.id, name: newName, versions: made.record.versions });
  const signature = await hsm.subtle.sign('Ed25519', made.privateKey, data);
  expect(await hsm.subtle.verify('Ed25519', renamed.publicKey, signature, data)).toBe(true);
  await expect(hsm.keys.get(oldName)).rejects.toMatchObject({ code: 'not_found' });
  expect((await hsm.keys.create({ name: oldName, algorithm: 'Ed25519', usages })).id).not.toBe(made.id);
});

test('a list goes over all pages in the order of the names', async () => {
  await using hsm = await sidecar.connect();
  const names = ['c', 'a', 'b'].map((letter) => `listed/${letter}`);
  for (const name of names) await hsm.keys.create({ name, algorithm: 'Ed25519', usages });
  const pages: string[][] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await hsm.keys.page({ prefix: 'listed/', limit: 2, ...(cursor !== undefined && { cursor }) });
    pages.push(page.records.map((record) => record.name));
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  expect(pages).toEqual([['listed/a', 'listed/b'], ['listed/c']]);
  const listed = await collect(hsm.keys.list({ prefix: 'listed/' }));
  expect(listed.map(({ name }) => name)).toEqual(names.toSorted());
});

test('a refusal is a FerroHsmError with code and hint, and a DOMException on the WebCrypto face', async () => {
  await using hsm = await sidecar.connect();
  const absent = await hsm.keys.get('no/such/key').catch((error: unknown) => error);
  expect(absent).toBeInstanceOf(FerroHsmError);
  expect(absent).toMatchObject({ code: 'not_found', retryable: false, hint: expect.stringContaining('key list') });

  const { privateKey } = await hsm.keys.create({ name: freshName(), algorithm: 'Ed25519', usages: ['sign', 'verify'] });
  const wrongAlgorithm = await hsm.subtle
    .sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, data)
    .catch((e: unknown) => e);
  expect(wrongAlgorithm).toBeInstanceOf(DOMException);
  expect(wrongAlgorithm).toMatchObject({ name: 'InvalidAccessError' });

  const unknown = await hsm.subtle.generateKey('Ed521', false, usages).catch((error: unknown) => error);
  expect(unknown).toMatchObject({ name: 'NotSupportedError' });
  const noUsages = await hsm.subtle.generateKey('Ed25519', false, []).catch((error: unknown) => error);
  expect(noUsages).toMatchObject({ name: 'SyntaxError' });
});

test('what the sidecar refuses beyond WebCrypto’s own rules is the cause of the DOMException', async () => {
  await using hsm = await sidecar.connect();
  const algorithm = { name: 'AES-GCM', length: 256 };
  const named = await hsm.keys.create({ name: freshName(), algorithm, usages: ['encrypt', 'decrypt'] });
  const refused = await hsm.subtle
    .decrypt({ name: 'AES-GCM', iv: Buffer.alloc(12) }, named.secretKey, Buffer.alloc(64))
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ name: 'OperationError', cause: { code: 'operation_failed' } });
});

test('the secret of a named key is not released without approval, by whatever way it is asked for', async () => {
  const client = await WireClient.greeted(sidecar.process.socket);
  const { result } = await client.call('keys.create', creation(freshName()));
  const { record } = result as { record: { id: string } };
  const key = `${record.id}/1`;
  for (const format of ['pkcs8', 'jwk', 'raw-seed', 'raw']) {
    expect((await client.call('subtle.exportKey', { format, key })).error?.data.code).toBe('approval_required');
  }
  const kek = { algorithm: { name: 'AES-GCM', length: 256 }, extractable: true, usages: ['encrypt', 'wrapKey'] };
  const made = (await client.call('subtle.generateKey', kek)).result as { key: { handle: string } };
  const wrapAlgorithm = { name: 'AES-GCM', iv: 'AAAAAAAAAAAAAAAA' };
  const wrap = { format: 'pkcs8', key, wrappingKey: made.key.handle, wrapAlgorithm };
  expect((await client.call('subtle.wrapKey', wrap)).error?.data.code).toBe('approval_required');

  expect((await client.call('subtle.exportKey', { format: 'spki', key: `${key}/public` })).result).toBeDefined();
  expect((await client.call('subtle.exportKey', { format: 'raw', key: made.key.handle })).result).toBeDefined();
  await client.close();
});
