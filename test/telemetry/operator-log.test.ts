import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LiveSidecar, writeConfig } from '../end-to-end/live-sidecar.ts';
import { principalsFile, tokenOf } from '../end-to-end/principals.ts';
import { WireClient, type WireResponse } from '../wire/wire-client.ts';
import { probe } from './probes.ts';

const words = ['--websocket', '127.0.0.1:0', '--metrics-socket'];
let sidecar: LiveSidecar;
let place: string;
beforeEach(() => {
  words.splice(3);
  sidecar = new LiveSidecar(words);
  place = join(sidecar.folders.root, 'metrics.sock');
  words.push(place);
  writeConfig(sidecar.folders, 'principals.json', principalsFile({ app: ['Service'] }));
});
afterEach(() => sidecar.discard());

interface Line {
  readonly time: string;
  readonly level: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Every line that it said; each of them is JSON. */
const lines = () =>
  sidecar
    .notices()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

test('start, requests, refusals and stop are lines of JSON', async () => {
  words.push('--log', 'json', '--log-level', 'debug');
  await sidecar.start();
  const client = await WireClient.greeted(sidecar.process.socket);
  const asked = { jsonrpc: '2.0', method: 'system.random', params: { length: 8 } };
  client.send({ ...asked, id: 'of-the-client' });
  client.send({ ...asked, id: `long-${'x'.repeat(500)}` });
  await client.call('keys.get', { name: 'none' });
  await client.close();
  for (let at = 0; at < 3; at += 1) await sidecar.connectWebSocket(tokenOf('nobody')).catch(() => undefined);
  await expect
    .poll(() => lines().filter(({ event }) => event === 'connection.refused'), { timeout: 5000 })
    .not.toEqual([]);
  const { pid } = sidecar.process;
  await sidecar.stop();

  const told = lines();
  const of = (event: string) => told.filter((line) => line.event === event);
  for (const line of told) expect(Object.keys(line).slice(0, 3)).toEqual(['time', 'level', 'event']);
  expect(of('start')).toMatchObject([{ level: 'info', pid, sealed: false, version: expect.any(String) }]);
  expect(of('unsealed')).toHaveLength(1);
  expect(of('stop')).toMatchObject([{ level: 'info', signal: 'SIGTERM' }]);
  expect(told.at(-1)).toMatchObject({ event: 'stopped' });
  const requests = of('request');
  expect(requests).toContainEqual(
    expect.objectContaining({
      level: 'debug',
      session: expect.stringMatching(/^ssn_/),
      request: 'of-the-client',
      method: 'system.random',
      outcome: 'ok',
      durationUs: expect.any(Number),
    }),
  );
  expect(requests).toContainEqual(expect.objectContaining({ method: 'keys.get', outcome: 'not_found' }));
  for (const { request } of requests) expect(String(request).length).toBeLessThanOrEqual(64);
  const refused = of('connection.refused').map(({ count }) => Number(count));
  expect(refused.reduce((sum, count) => sum + count, 0)).toBe(3);
});

test('a line of text for each event, and nothing of requests, unless told otherwise', async () => {
  await sidecar.start();
  await using hsm = await sidecar.connect();
  await hsm.system.random(8);
  await hsm.close();
  await sidecar.stop();
  const notices = sidecar.notices();
  expect(notices).toMatch(/^ferrohsm: start version=\S+ pid=\d+ sealed=false addresses="/m);
  expect(notices).toMatch(/^ferrohsm: stop signal=SIGTERM$/m);
  expect(notices).toMatch(/^ferrohsm: warning: /m);
  expect(notices).not.toMatch(/system\.random|request/);
});

/** The forms in which bytes could have been written down. */
function formsOf(secret: Buffer): string[] {
  const base64 = secret.toString('base64').replace(/=+$/, '');
  return [secret.toString('latin1'), secret.toString('hex'), base64, secret.toString('base64url')];
}

test('no secret that a request brings is in the log of the operator or in the metrics', async () => {
  words.push('--log', 'json', '--log-level', 'debug');
  await sidecar.start();
  const secrets = {
    key: randomBytes(32),
    plaintext: randomBytes(48),
    passphrase: randomBytes(24),
    token: randomBytes(32),
  };
  const client = await WireClient.greeted(sidecar.process.socket);
  const text = (bytes: Buffer) => bytes.toString('base64url');
  const importKey = (name: string, bytes: Buffer, usages: string[], format = 'raw') =>
    client.call('subtle.importKey', {
      format,
      keyData: text(bytes),
      algorithm: { name },
      extractable: false,
      usages,
    });
  const handleOf = ({ result }: WireResponse) => (result as { key: { handle: string } }).key.handle;
  const key = handleOf(await importKey('AES-GCM', secrets.key, ['encrypt', 'decrypt']));
  const algorithm = { name: 'AES-GCM', iv: text(randomBytes(12)) };
  const data = text(secrets.plaintext);
  await client.call('subtle.encrypt', { algorithm, key, data });
  await importKey('PBKDF2', secrets.passphrase, ['deriveBits']);
  // Refusals, some of which could quote what they are about.
  await client.call('subtle.decrypt', { algorithm, key, data });
  await importKey('AES-GCM', Buffer.concat([secrets.key, Buffer.alloc(1)]), ['encrypt']);
  await importKey('Ed25519', secrets.key, ['sign'], 'pkcs8');
  await client.call('subtle.encrypt', { algorithm, key, data, [secrets.plaintext.toString('hex')]: 1 });
  await client.call(`subtle.${text(secrets.plaintext)}`, {});
  client.write(`{"jsonrpc":"2.0","id":1,"method":"x","params":{"token":"${text(secrets.token)}"\n`);
  await client.close();
  await sidecar.connectWebSocket(text(secrets.token)).catch(() => undefined);
  const stranger = await WireClient.open(sidecar.process.socket);
  await stranger.call('system.hello', { protocol: 1, token: text(secrets.token) });
  await stranger.close();
  const pages = await Promise.all(
    ['/metrics', '/readyz', '/healthz'].map(async (path) => (await probe(place, path)).body),
  );
  await expect
    .poll(() => lines().filter(({ event }) => event === 'connection.refused'), { timeout: 5000 })
    .not.toEqual([]);
  await sidecar.stop();

  const told = sidecar.notices();
  // They were told of, so that there was something to leak into.
  for (const method of ['subtle.importKey', 'subtle.encrypt', 'subtle.decrypt', 'system.hello']) {
    expect(told).toContain(`"method":"${method}"`);
    expect(pages[0]).toContain(`method="${method}"`);
  }
  const rootKey = readFileSync(join(sidecar.folders.config, 'root.key'));
  const all = { ...secrets, rootKey, tokenOfApp: Buffer.from(tokenOf('app'), 'base64url') };
  for (const [name, secret] of Object.entries(all)) {
    for (const form of formsOf(secret)) {
      expect(told.includes(form), `${name} in the log`).toBe(false);
      for (const page of pages) expect(page.includes(form), `${name} in a page`).toBe(false);
    }
  }
});
