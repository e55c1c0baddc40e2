import { createHash } from 'node:crypto';
import type { FerroHsm, PlannedChange } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';

const olga = approver('olga');
const otto = approver('otto');
const ada = approver('ada');
const payments = {
  id: 'payments',
  kind: 'workload',
  owner: 'ada',
  roles: ['Service'],
  credentials: [{ tokenSha256: createHash('sha256').update(tokenOf('payments')).digest('base64url') }],
};

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const people = [
      personRecord(olga, ['Officer']),
      personRecord(otto, ['Officer']),
      personRecord(ada, ['Administrator']),
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ principals: [...people, payments] }));
  },
});
const assembly = new Assembly(sidecar);
let hsm: FerroHsm;

const algorithm = { name: 'Ed25519' };
const creation = { algorithm, usages: ['sign', 'verify'] as const };

beforeAll(async () => {
  await assembly.join('olga', 'otto', 'ada', 'payments');
  hsm = await sidecar.connectWebSocket(tokenOf('olga'));
  await hsm.keys.create({ name: 'vault/master', algorithm, usages: ['sign', 'verify'] });
});
afterAll(async () => {
  await hsm.close();
  assembly.leave();
});

function rehearse(id: string, method: string, params: object) {
  return assembly.ask(id, 'session.rehearse', { method, params });
}

const requestId = 'AAAAAAAAAAAAAAAAAAAAAA';

describe('a call that is rehearsed', () => {
  test('is answered with the approvals that it would need, and those that it has', async () => {
    expect((await rehearse('olga', 'keys.create', { name: 'vault/new', ...creation, requestId })).result).toEqual({
      needed: 0,
      given: 0,
    });
    const exported = { name: 'vault/master', format: 'pkcs8' };
    expect((await rehearse('olga', 'keys.export', exported)).result).toEqual({ needed: 1, given: 0 });
    const approval = await assembly.held('olga', 'keys.export', exported);
    expect(await codeOf(assembly.approve(otto, approval))).toBe('ok');
    expect((await rehearse('olga', 'keys.export', exported)).result).toEqual({ needed: 1, given: 1 });
    // The rehearsal has not used it up.
    expect(await codeOf(assembly.ask('olga', 'keys.export', exported))).toBe('ok');
  });

  test.each([
    [
      'a workload that may not',
      'payments',
      'keys.create',
      { name: 'vault/new', ...creation, requestId },
      'permission_denied',
    ],
    ['a key that it may not even see', 'payments', 'keys.suspend', { name: 'vault/master', requestId }, 'not_found'],
    ['a key that is not there', 'olga', 'keys.suspend', { name: 'vault/none', requestId }, 'not_found'],
    ['a name that is taken', 'olga', 'keys.create', { name: 'vault/master', ...creation, requestId }, 'already_exists'],
    ['a state that does not permit it', 'olga', 'keys.destroy', { name: 'vault/master', requestId }, 'key_state'],
    ['params that do not fit', 'olga', 'keys.suspend', { nam: 'vault/master' }, 'invalid_params'],
    ['a method that is not there', 'olga', 'keys.explode', {}, 'method_not_found'],
    ['a name that objects inherit', 'olga', 'toString', {}, 'method_not_found'],
  ])('is refused as the call would be: %s', async (_, id, method, params, code) => {
    expect(await codeOf(rehearse(id, method, params))).toBe(code);
  });

  test('changes nothing, and is on record as a question', async () => {
    const { result: before } = await assembly.ask('ada', 'keystore.verify');
    const count = (await assembly.records('ada')).length;
    await rehearse('olga', 'keys.create', { name: 'vault/new', ...creation, requestId });
    await rehearse('olga', 'principals.remove', { id: 'payments', requestId });
    await rehearse('payments', 'keys.create', { name: 'vault/new', ...creation, requestId });
    const { result: after } = await assembly.ask('ada', 'keystore.verify');
    expect(after).toEqual({ root: expect.stringMatching(/^[0-9a-f]{64}$/), rows: expect.any(Number) });
    expect(after).toEqual(before);
    const records = (await assembly.records('ada')).slice(count);
    expect(records.filter(({ operation }) => operation === 'session.rehearse')).toMatchObject([
      { phase: 'use', outcome: 'ok', principal: 'olga', details: { method: 'keys.create' } },
      { outcome: 'denied', error: 'permission_denied', principal: 'olga', details: { method: 'principals.remove' } },
      { outcome: 'denied', error: 'permission_denied', principal: 'payments' },
    ]);
    expect(records.filter(({ phase }) => phase !== 'use' && phase !== 'event')).toEqual([]);
    expect(await codeOf(assembly.ask('olga', 'keys.get', { name: 'vault/new' }))).toBe('not_found');
  });
});

describe('hsm.with({ beforeChange })', () => {
  test('shows a change before it is sent, and sends none that it rejects', async () => {
    const shown: PlannedChange[] = [];
    const { keys } = hsm.with({
      beforeChange: async (change) => {
        shown.push(change);
        if (change.method === 'keys.suspend') throw new Error('not today');
      },
    });
    await keys.create({ name: 'checked/one', algorithm, usages: ['sign', 'verify'] });
    await expect(keys.suspend('checked/one')).rejects.toThrow('not today');
    expect(shown.map(({ method }) => method)).toEqual(['keys.create', 'keys.suspend']);
    expect((await keys.get('checked/one')).record.versions).toMatchObject([{ state: 'active' }]);
  });

  test('is told what the sidecar would say, and no secret', async () => {
    const shown: PlannedChange[] = [];
    const view = hsm.with({
      beforeChange: async (change) => {
        shown.push(change);
        expect(await change.rehearse()).toEqual({ needed: 0, given: 0 });
        throw new Error('enough');
      },
    });
    await expect(view.keys.rename('vault/master', 'vault/other')).rejects.toThrow('enough');
    expect(shown[0]?.params).toMatchObject({ name: 'vault/master', newName: 'vault/other' });
    await expect(view.keys.destroy('vault/master')).rejects.toMatchObject({ code: 'key_state' });
  });

  test('is not asked about what only reads', async () => {
    const view = hsm.with({ beforeChange: () => Promise.reject(new Error('asked')) });
    expect((await view.keys.get('vault/master')).record.name).toBe('vault/master');
  });
});
