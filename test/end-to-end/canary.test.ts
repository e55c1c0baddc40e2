import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { WireClient, type WireResponse } from '../wire/wire-client.ts';
import { filesBelow, LiveSidecar } from './live-sidecar.ts';

/** The forms in which bytes could have been written down. */
function formsOf(secret: Buffer): Buffer[] {
  const texts = [secret.toString('hex'), secret.toString('base64').replace(/=+$/, ''), secret.toString('base64url')];
  return [secret, ...texts.map((text) => Buffer.from(text))];
}

function expectNowhere(secret: Buffer, places: ReadonlyMap<string, Buffer>): void {
  for (const [place, bytes] of places) {
    for (const form of formsOf(secret)) expect(bytes.includes(form), place).toBe(false);
  }
}

test('no secret, plaintext or token is in a file, on standard error or in an answer that is not for it', async () => {
  const sidecar = new LiveSidecar();
  await sidecar.start();
  const secrets = {
    key: randomBytes(32),
    plaintext: randomBytes(48),
    password: randomBytes(24),
    token: randomBytes(32),
  };
  const answers: string[] = [];
  const client = await WireClient.greeted(sidecar.process.socket);
  const call = async (method: string, params: object) => {
    const response = await client.call(method, params);
    answers.push(JSON.stringify(response));
    return response;
  };
  const handleOf = ({ result }: WireResponse) => (result as { key: { handle: string } }).key.handle;
  const importKey = (name: string, keyData: Buffer, usages: string[]) =>
    call('subtle.importKey', {
      format: 'raw',
      keyData: keyData.toString('base64url'),
      algorithm: { name },
      extractable: false,
      usages,
    });

  const aes = handleOf(await importKey('AES-GCM', secrets.key, ['encrypt', 'decrypt']));
  const iv = randomBytes(12).toString('base64url');
  const gcm = { name: 'AES-GCM', iv };
  const data = secrets.plaintext.toString('base64url');
  await call('subtle.encrypt', { algorithm: gcm, key: aes, data });
  const pbkdf2 = handleOf(await importKey('PBKDF2', secrets.password, ['deriveBits']));
  const salt = randomBytes(16).toString('base64url');
  await call('subtle.deriveBits', {
    algorithm: { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: 1000 },
    key: pbkdf2,
    length: 256,
  });

  // Refusals on which an error could quote what it failed on.
  await importKey('AES-GCM', Buffer.concat([secrets.key, Buffer.alloc(1)]), ['encrypt']);
  await importKey('AES-GCM', secrets.key, ['sign']);
  await call('subtle.importKey', {
    format: 'pkcs8',
    keyData: secrets.key.toString('base64url'),
    algorithm: { name: 'Ed25519' },
    extractable: false,
    usages: ['sign'],
  });
  await call('subtle.importKey', {
    format: 'jwk',
    keyData: Buffer.from(`{"kty":"oct","k":"${secrets.key.toString('base64url')}"`).toString('base64url'),
    algorithm: { name: 'AES-GCM' },
    extractable: false,
    usages: ['encrypt'],
  });
  await call('subtle.decrypt', { algorithm: gcm, key: aes, data });
  await call('subtle.encrypt', { algorithm: { ...gcm, tagLength: 7 }, key: aes, data });
  await call('subtle.encrypt', { algorithm: gcm, key: aes, data, [secrets.plaintext.toString('hex')]: 1 }).then(() =>
    answers.pop(),
  );
  await client.close();

  const stranger = await WireClient.open(sidecar.process.socket);
  answers.push(
    JSON.stringify(await stranger.call('system.hello', { protocol: 1, token: secrets.token.toString('base64url') })),
  );
  await stranger.close();
  await sidecar.stop();

  const { root, config } = sidecar.folders;
  const rootKey = readFileSync(`${config}/root.key`);
  const files = new Map(filesBelow(root).map((path) => [path, readFileSync(path)]));
  expect([...files.keys()].filter((path) => path.includes('/log/')).length).toBeGreaterThan(3);
  const places = new Map([
    ...files,
    ['standard error', Buffer.from(sidecar.notices())],
    ['answers', Buffer.from(answers.join('\n'))],
  ]);
  for (const secret of Object.values(secrets)) expectNowhere(secret, places);
  places.delete(`${config}/root.key`);
  expectNowhere(rootKey, places);
  await sidecar.discard();
});

test('a refusal tells neither stack nor path, and says what to do next', async () => {
  const sidecar = new LiveSidecar();
  await sidecar.start();
  const client = await WireClient.greeted(sidecar.process.socket);
  const handle = `ses_${'A'.repeat(22)}`;
  const attempts: readonly [string, object][] = [
    ['keys.get', { name: 'none' }],
    ['keys.create', { name: 'a', algorithm: { name: 'Nonsense' }, usages: ['sign'], requestId: 'request-1' }],
    ['keys.create', { name: 'a', algorithm: { name: 'ECDSA' }, usages: ['sign'], requestId: 'request-2' }],
    ['keys.create', { name: 'a', algorithm: { name: 'Ed25519' }, usages: ['encrypt'], requestId: 'request-3' }],
    ['subtle.sign', { algorithm: { name: 'Ed25519' }, key: handle, data: '' }],
    ['subtle.generateKey', { algorithm: { name: 'RSA-PSS', modulusLength: 3 }, extractable: false, usages: ['sign'] }],
    ['subtle.generateKey', { algorithm: { name: 'ECDH', namedCurve: 'P-999' }, extractable: false, usages: [] }],
    ['keys.list', { cursor: `key_${'A'.repeat(22)}` }],
    ['audit.list', { start: Number.MAX_SAFE_INTEGER }],
  ];
  for (const [method, params] of attempts) {
    const { error } = await client.call(method, params);
    if (error === undefined) continue;
    expect(error.data.code, method).not.toBe('internal_error');
    expect(error.data.hint).toMatch(/^[^A-Z].+[^.]$/);
    expect(JSON.stringify(error)).not.toMatch(/node:|\.ts\b|\.js\b|\/tmp| {4}at /);
  }
  expect(sidecar.notices()).not.toMatch(/error:/);
  await client.close();
  await sidecar.discard();
});

test('a failure inside is told to the operator in full and to the client by its code', async () => {
  const sidecar = new LiveSidecar();
  await sidecar.start();
  const client = await WireClient.greeted(sidecar.process.socket);
  const creation = { name: 'a', algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'], requestId: 'request-1' };
  const intruder = new DatabaseSync(join(sidecar.folders.state, 'keystore/keystore.db'));
  intruder.exec('BEGIN IMMEDIATE');
  const failed = await client.call('keys.create', creation);
  expect(failed.error).toMatchObject({ data: { code: 'keystore_unavailable' } });
  expect(JSON.stringify(failed)).not.toMatch(/locked/);
  intruder.exec('ROLLBACK');
  intruder.close();
  // It harmed nothing but the one request, which may be repeated.
  expect((await client.call('keys.create', creation)).result).toMatchObject({ record: { name: 'a' } });
  await client.close();
  await sidecar.stop();
  expect(sidecar.notices()).toMatch(/^ferrohsm: error: keys\.create: database is locked$/m);
  await sidecar.discard();
});
