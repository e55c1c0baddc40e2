import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { approver, personRecord } from './approvers.ts';
import { Assembly } from './assembly.ts';
import { LiveSidecar, writeConfig } from './live-sidecar.ts';

const ada = approver('ada');
const otto = approver('otto');
const data = Buffer.from('what is signed');

let sidecar: LiveSidecar;
let credentials: string;
beforeEach(() => {
  sidecar = new LiveSidecar(['--root-key-credential', 'root.key', '--websocket', '127.0.0.1:0']);
  credentials = join(sidecar.folders.root, 'credentials');
  // As the service manager hands it to the processes of a unit.
  mkdirSync(credentials, { mode: 0o700 });
  process.env.CREDENTIALS_DIRECTORY = credentials;
  const owner = [{ uid: process.geteuid?.() ?? 0 }];
  const principals = [
    personRecord(ada, ['Administrator', 'Auditor']),
    personRecord(otto, ['Officer']),
    { id: 'app', kind: 'workload', owner: 'ada', roles: ['Officer', 'Operator'], credentials: owner },
  ];
  writeConfig(sidecar.folders, 'principals.json', JSON.stringify({ principals }));
});
afterEach(async () => {
  delete process.env.CREDENTIALS_DIRECTORY;
  await sidecar.discard();
});

const load = (name: string, key: Buffer) => writeFileSync(join(credentials, name), key, { mode: 0o400 });

async function expectSigns(): Promise<void> {
  await using hsm = await sidecar.connect();
  const { privateKey, publicKey } = await hsm.keys.get('kept');
  const signature = await hsm.subtle.sign('Ed25519', privateKey as CryptoKey, data);
  expect(await hsm.subtle.verify('Ed25519', publicKey as CryptoKey, signature, data)).toBe(true);
}

test('a credential is followed by the one that is loaded beside it, and each start says what is left to do', async () => {
  const [first, next] = [randomBytes(32), randomBytes(32)];
  const advice = 'under the credential root.key.next';
  load('root.key', first);
  load('root.key.next', next);
  await sidecar.start();
  await using hsm = await sidecar.connect();
  await hsm.keys.create({ name: 'kept', algorithm: 'Ed25519', usages: ['sign', 'verify'] });
  const assembly = new Assembly(sidecar);
  await assembly.join('ada', 'otto');
  const { result } = await assembly.agreed('ada', 'keystore.changeRootKey', {}, [otto]);
  expect(result).toMatchObject({ generation: 2, notice: expect.stringContaining(advice) });
  assembly.leave();
  expect(sidecar.process.notices()).toContain(advice);
  await expectSigns();

  await sidecar.kill();
  await sidecar.start();
  expect(sidecar.process.notices()).toContain(advice);
  await expectSigns();
  await sidecar.stop();

  // The old one alone opens nothing; the new one under its name needs no further word.
  renameSync(join(credentials, 'root.key.next'), join(credentials, 'new'));
  await expect(sidecar.start()).rejects.toThrow('the root key is not the one that made this keystore');
  rmSync(join(credentials, 'root.key'));
  renameSync(join(credentials, 'new'), join(credentials, 'root.key'));
  await sidecar.start();
  expect(sidecar.process.notices()).not.toContain(advice);
  await expectSigns();
});
