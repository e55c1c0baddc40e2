import type { FerroHsm, RotationPolicy } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approver, type HeldApproval, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';

const olga = approver('olga');
const otto = approver('otto');

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const credentials = [{ uid: process.geteuid?.() ?? 0 }];
    const principals = [
      personRecord(olga, ['Officer']),
      personRecord(otto, ['Officer']),
      { id: 'app', kind: 'workload', owner: 'olga', roles: ['Operator', 'Auditor'], credentials },
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ governance: 'records', principals, groups: [] }));
  },
});
const assembly = new Assembly(sidecar);
let app: FerroHsm;
beforeAll(async () => {
  await assembly.join('olga', 'otto');
  app = await sidecar.connect();
});
afterAll(async () => {
  await app.close();
  assembly.leave();
});

const used = { environment: 'production' };

/** Olga asks, Otto consents. */
async function approved(method: string, params: object): Promise<void> {
  const requestId = `request-${Math.random().toString(36).slice(2)}`;
  const ask = () => assembly.ask('olga', method, { ...params, requestId });
  expect(await codeOf(ask())).toBe('approval_required');
  const { result } = await assembly.ask('otto', 'approvals.list', { state: 'pending' });
  for (const approval of (result as { approvals: HeldApproval[] }).approvals) {
    expect(await codeOf(assembly.approve(otto, approval))).toBe('ok');
  }
  expect(await codeOf(ask())).toBe('ok');
}

function setPolicy(rotationPolicy: RotationPolicy): Promise<void> {
  return approved('rotation.set', { rotationPolicy });
}

async function create(name: string, labels: object): Promise<void> {
  const params = { name, labels, algorithm: { name: 'HMAC', hash: 'SHA-256' }, usages: ['sign', 'verify'] };
  expect(await codeOf(assembly.change('olga', 'keys.create', params))).toBe('ok');
}

async function use(name: string, times: number): Promise<void> {
  const { secretKey } = await app.keys.get(name);
  const sign = () => app.subtle.sign('HMAC', secretKey, Buffer.from('what is signed'));
  await Promise.all(Array.from({ length: times }, sign));
}

async function versions(name: string): Promise<number> {
  return (await app.keys.get(name)).record.versions.length;
}

test('a policy by uses rotates what was used before it, and what is used after it, within seconds', async () => {
  await create('before', used);
  await create('after', used);
  await create('elsewhere', { environment: 'test' });
  await Promise.all([use('before', 1000), use('after', 900), use('elsewhere', 1000)]);
  await setPolicy({ name: 'uses', labels: used, schedule: { afterUses: 1000 } });
  await expect.poll(() => versions('before'), { timeout: 10_000 }).toBe(2);
  expect(await versions('after')).toBe(1);
  await use('after', 100);
  await expect.poll(() => versions('after'), { timeout: 10_000 }).toBe(2);
  expect(await versions('elsewhere')).toBe(1);
  await approved('keys.assign', { name: 'elsewhere', labels: used });
  await expect.poll(() => versions('elsewhere'), { timeout: 10_000 }).toBe(2);
  const newest = (await app.keys.get('before')).record.versions[1];
  expect(newest).toMatchObject({ state: 'active', reason: 'scheduled rotation by policy uses' });
});

test('what rotates a key is told with the policy that it is of, over a restart too', async () => {
  await setPolicy({ name: 'age', labels: {}, schedule: { everySeconds: 86_400, overlapSeconds: 60 } });
  const expected = {
    schedule: { everySeconds: 86_400, overlapSeconds: 60, afterUses: 1000 },
    policies: { everySeconds: 'age', overlapSeconds: 'age', afterUses: 'uses' },
  };
  expect(await app.keys.rotation('before')).toMatchObject(expected);
  await sidecar.kill();
  await sidecar.start();
  await app.close();
  app = await sidecar.connect();
  await assembly.join('olga', 'otto');
  const { rotation, record } =
    (await app.keys.inventory()).entries.find(({ record: { name } }) => name === 'before') ?? {};
  expect(rotation).toMatchObject(expected);
  expect(rotation?.dueAt).toBe((record?.versions[1]?.createdAt ?? 0) + 86_400_000);
  expect((await app.rotation.list()).map(({ name }) => name)).toEqual(['age', 'uses']);
  await approved('rotation.remove', { name: 'age' });
  expect((await app.keys.rotation('before'))?.policies).toEqual({ afterUses: 'uses' });
});

test('a policy without a limit is refused', async () => {
  const rotationPolicy = { name: 'empty', labels: {}, schedule: {} };
  const requestId = 'request-of-nothing';
  await assembly.ask('olga', 'rotation.set', { rotationPolicy, requestId });
  const { result } = await assembly.ask('otto', 'approvals.list', { state: 'pending' });
  for (const approval of (result as { approvals: HeldApproval[] }).approvals) {
    await assembly.approve(otto, approval);
  }
  expect(await codeOf(assembly.ask('olga', 'rotation.set', { rotationPolicy, requestId }))).toBe('invalid_params');
});
