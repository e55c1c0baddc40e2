import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WireClient } from '../wire/wire-client.ts';
import { collect, LiveSidecar, refusedStart, writeConfig } from './live-sidecar.ts';

let sidecar: LiveSidecar;
beforeEach(() => {
  sidecar = new LiveSidecar();
});
afterEach(() => sidecar.discard());

async function createKey(name: string): Promise<string> {
  await using hsm = await sidecar.connect();
  return (await hsm.keys.create({ name, algorithm: 'Ed25519', usages: ['sign', 'verify'] })).id;
}

async function keyNames(): Promise<string[]> {
  await using hsm = await sidecar.connect();
  return (await collect(hsm.keys.list())).map(({ name }) => name);
}

describe('two sidecars', () => {
  test('one state folder: the second is refused and the first goes on', async () => {
    await sidecar.start();
    await createKey('first');
    const { folders } = sidecar;
    const { status, stderr } = await refusedStart({ ...folders, socket: join(folders.root, 'other.sock') });
    expect(status).toBe(75);
    expect(stderr).toMatch(/another sidecar holds the state folder/);
    expect(stderr).toMatch(/hint: /);
    expect(existsSync(join(folders.root, 'other.sock'))).toBe(false);
    expect(await keyNames()).toEqual(['first']);
  });

  test('one socket: the second is refused and the first goes on', async () => {
    await sidecar.start();
    const { folders } = sidecar;
    const { status } = await refusedStart({ ...folders, state: join(folders.root, 'other') });
    expect(status).toBe(75);
    expect(await keyNames()).toEqual([]);
  });
});

describe('the socket file', () => {
  test('of a sidecar that was killed is replaced', async () => {
    await sidecar.start();
    await createKey('kept');
    await sidecar.kill();
    expect(existsSync(sidecar.folders.socket)).toBe(true);
    await sidecar.start();
    expect(await keyNames()).toEqual(['kept']);
    await sidecar.stop();
    expect(existsSync(sidecar.folders.socket)).toBe(false);
  });

  test('of another program that listens is not', async () => {
    const { socket } = sidecar.folders;
    mkdirSync(dirname(socket), { mode: 0o700 });
    const other = createServer().listen(socket);
    await once(other, 'listening');
    expect((await refusedStart(sidecar.folders)).status).toBe(75);
    const client = await WireClient.open(socket);
    await client.close();
    other.close();
  });

  test('that is an ordinary file is not', async () => {
    const { socket } = sidecar.folders;
    mkdirSync(dirname(socket), { mode: 0o700 });
    writeFileSync(socket, 'precious');
    expect((await refusedStart(sidecar.folders)).status).toBe(78);
    expect(readFileSync(socket, 'utf8')).toBe('precious');
  });
});

describe('a configuration that is not valid stops the start with 78 and a hint', () => {
  const principal = { id: 'a', kind: 'person', roles: ['Officer'], credentials: [{ uid: 1 }] };

  test.each([
    ['principals.json', '{', /principals\.json/],
    ['principals.json', JSON.stringify({ principals: [{ ...principal, roles: ['Emperor'] }] }), /Emperor|roles/],
    ['principals.json', JSON.stringify({ principals: [principal, { ...principal, id: 'b' }] }), /principals\.json|uid/],
    ['principals.json', JSON.stringify({ principals: [principal, principal] }), /a/],
    ['policy.cedar', 'permit (principal, action, resource)', /policy.cedar:1: unexpected end of input/],
    [
      'policy.cedar',
      '@id("a") permit (principal, action == Action::"keys.vaporize", resource);',
      /keys\.vaporize|policy/,
    ],
    [
      'policy.cedar',
      '@id("a") permit (principal, action == Action::"keys.get", resource) when { context.approvals == 1 };',
      /approvals/,
    ],
    ['root.key', 'too short', /root key/],
  ])('%s %s', async (file, text, reason) => {
    writeConfig(sidecar.folders, file, text);
    const { status, stderr } = await refusedStart(sidecar.folders);
    expect(stderr).toMatch(reason);
    expect(stderr).toMatch(/^ferrohsm: hint: /m);
    expect(stderr).not.toMatch(/ {4}at /);
    expect(status).toBe(78);
  });

  test('a root key that is not the one of the store', async () => {
    await sidecar.start();
    await sidecar.stop();
    writeConfig(sidecar.folders, 'root.key', 'x'.repeat(32));
    expect(await refusedStart(sidecar.folders)).toMatchObject({
      status: 78,
      stderr: expect.stringMatching(/root key/),
    });
  });

  test('a store without its root key is not given a new one', async () => {
    await sidecar.start();
    await sidecar.stop();
    const key = join(sidecar.folders.config, 'root.key');
    rmSync(key);
    expect((await refusedStart(sidecar.folders)).status).toBe(78);
    expect(existsSync(key)).toBe(false);
  });
});
