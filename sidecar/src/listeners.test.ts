import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPeerCredentials } from './identity/peer-credentials.ts';
import { listenAll } from './listeners.ts';
import { defaultLimits, type Peer } from './transport/connection.ts';
import type { Listener } from './transport/listener.ts';

let folder: string;
let listeners: readonly Listener[] = [];
let client: Socket | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-listeners-'));
});
afterEach(async () => {
  client?.destroy();
  await Promise.all(listeners.map((listener) => listener.close()));
  rmSync(folder, { recursive: true });
});

/** The peer that the sidecar sees when this process connects. */
async function ownPeer(...flag: [asksForProcess?: () => boolean]): Promise<Peer> {
  const path = join(folder, 'main.sock');
  const options = { stateFolder: folder, configFolder: folder, sockets: [{ name: 'main', path }] };
  const rootKey = { kind: 'key-file', path: join(folder, 'root.key') } as const;
  const { promise, resolve } = Promise.withResolvers<Peer>();
  const accept = ({ peer }: { readonly peer: Peer }) => {
    resolve(peer);
    return { onFrame: () => undefined, onClose: () => undefined };
  };
  listeners = await listenAll({ ...options, rootKey }, accept, defaultLimits, loadPeerCredentials(), ...flag);
  client = connect(path);
  return promise;
}

describe.runIf(process.platform === 'linux')('the attributes of a process', () => {
  it('are looked at where they are asked for', async () => {
    const own = { pid: process.pid, executable: realpathSync(process.execPath), cgroup: expect.stringMatching(/^\//) };
    expect(await ownPeer(() => true)).toMatchObject(own);
  });

  it('are left alone otherwise', async () => {
    const peer = await ownPeer();
    expect(peer).toHaveProperty('pid', process.pid);
    expect(peer).not.toHaveProperty('executable');
    expect(peer).not.toHaveProperty('cgroup');
  });
});

it('a PKCS#11 socket is not named as the one that many reach', async () => {
  const options = { stateFolder: folder, configFolder: folder, sockets: [] };
  const rootKey = { kind: 'key-file', path: join(folder, 'root.key') } as const;
  const pkcs11 = { link: join(folder, 'link'), sockets: ['payments', 'default'] };
  const accept = () => ({ onFrame: () => undefined, onClose: () => undefined });
  await expect(
    listenAll({ ...options, rootKey, pkcs11 }, accept, defaultLimits, loadPeerCredentials()),
  ).rejects.toMatchObject({ code: 'config_invalid' });
  expect(readdirSync(folder)).toEqual([]);
});
