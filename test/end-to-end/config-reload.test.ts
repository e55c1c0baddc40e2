import { hash } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { liveSidecar, writeConfig } from './live-sidecar.ts';

const sidecar = liveSidecar({ prepare: (folders) => writeConfig(folders, 'ferrohsm.yaml', '# nothing yet\n') });

/** Writes another configuration, has it read, and waits until the sidecar says so. */
async function reload(text: string, said: RegExp): Promise<void> {
  const before = sidecar.notices().length;
  writeConfig(sidecar.folders, 'ferrohsm.yaml', text);
  process.kill(sidecar.process.pid, 'SIGHUP');
  while (!said.test(sidecar.notices().slice(before))) await pass(10);
}

/** Whether the client has still the session that it had, and did not have to log in again. */
async function keepsSessionFor(timeMs: number): Promise<boolean> {
  await using hsm = await sidecar.connect();
  const { session } = await hsm.session.whoami();
  await pass(timeMs);
  return (await hsm.session.whoami()).session === session;
}

test('sessions end by the limits of a new configuration, also those that are open', async () => {
  const open = keepsSessionFor(4_000);
  await reload('sessions: { idleSeconds: 1 }\n', /in force now: sessions.idleSeconds$/m);
  expect(await open).toBe(false);
  await reload('', /in force now: sessions.idleSeconds$/m);
  expect(await keepsSessionFor(3_000)).toBe(true);
});

test('each reload is on record with the digest of its file', async () => {
  await reload('approvals: { lifetimeSeconds: 60 }\n', /in force now: approvals.lifetimeSeconds/);
  await using hsm = await sidecar.connect();
  const { records } = await hsm.audit.list({ limit: 1000 });
  const digests = records
    .map(({ record }) => record)
    .filter(({ operation }) => operation === 'config.reload')
    .map(({ details }) => details?.configSha256);
  expect(digests.at(-1)).toBe(hash('sha256', 'approvals: { lifetimeSeconds: 60 }\n'));
  expect(new Set(digests).size).toBe(3);
});

test('what only a restart takes is said each time, and what is broken changes nothing', async () => {
  await reload('sessionKeyAudit: buffered\n', /needs a restart: sessionKeyAudit/);
  await reload('sessionKeyAudit: buffered\ndrainSeconds: 3\n', /needs a restart: sessionKeyAudit/);
  await reload(
    'drainSeconds: 3\ndrainSeconds: 4\n',
    /configuration: what is in force stays: .*:2:1: this key is there twice/,
  );
  await reload('drainSeconds: 3\n', /configuration: nothing has changed/);
});
