import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';

const ada = approver('ada');
const olga = approver('olga');
const otto = approver('otto');

function workload(id: string) {
  const tokenSha256 = createHash('sha256').update(tokenOf(id)).digest('base64url');
  return { id, kind: 'workload', owner: 'ada', roles: ['Service'], credentials: [{ tokenSha256 }] };
}

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const principals = [
      personRecord(ada, ['Administrator', 'Auditor']),
      personRecord(olga, ['Officer']),
      personRecord(otto, ['Officer']),
      workload('shop'),
      workload('stock'),
      workload('stranger'),
    ];
    const groups = [
      { id: 'sellers', members: ['front'], roles: [] },
      { id: 'front', members: ['stock'], roles: [] },
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ governance: 'records', principals, groups }));
  },
});
const assembly = new Assembly(sidecar);
const everybody = ['ada', 'olga', 'otto', 'shop', 'stock', 'stranger'];
beforeAll(() => assembly.join(...everybody));
afterAll(() => assembly.leave());

async function newKey(name: string): Promise<string> {
  const params = { name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] };
  const { result } = await assembly.change('olga', 'keys.create', params);
  return `${(result as { record: { id: string } }).record.id}/1`;
}

function sign(id: string, key: string): Promise<string> {
  return codeOf(assembly.ask(id, 'subtle.sign', { algorithm: { name: 'Ed25519' }, key, data: 'AAAA' }));
}

/** By an officer, with the approval of another. */
function grant(name: string, grantee: string) {
  return assembly.agreed('olga', 'keys.grant', { name, grantee }, [otto]);
}

describe('a key that is lent', () => {
  const name = 'shop/signing';
  let key = '';
  beforeAll(async () => {
    key = await newKey(name);
  });

  test('is not seen by anybody before', async () => {
    for (const id of ['shop', 'stock', 'stranger']) {
      expect(await sign(id, key)).toBe('not_found');
      expect(await codeOf(assembly.ask(id, 'keys.get', { name }))).toBe('not_found');
    }
  });

  test('is lent by an officer with the approval of another, to somebody who is there', async () => {
    const toShop = { name, grantee: 'shop' };
    expect(await codeOf(assembly.change('shop', 'keys.grant', toShop))).toBe('not_found');
    expect(await codeOf(assembly.change('ada', 'keys.grant', toShop))).toBe('permission_denied');
    expect(await codeOf(assembly.change('olga', 'keys.grant', { name, grantee: 'stock' }))).toBe('approval_required');
    expect(await codeOf(grant(name, 'nobody'))).toBe('not_found');
    expect(await sign('shop', key)).toBe('not_found');
  });

  test('is used by whom it was lent to and by nobody else', async () => {
    expect((await grant(name, 'shop')).result).toEqual({ grantees: ['shop'] });
    expect(await sign('shop', key)).toBe('ok');
    expect(await codeOf(assembly.ask('shop', 'keys.get', { name }))).toBe('ok');
    expect(await sign('stock', key)).toBe('not_found');
    expect(await sign('stranger', key)).toBe('not_found');
  });

  test('is not used by who governs keys, though it was lent to them', async () => {
    await grant(name, 'olga');
    expect(await sign('olga', key)).toBe('permission_denied');
    await assembly.change('olga', 'keys.revokeGrant', { name, grantee: 'olga' });
  });

  test('is used by every member of a group, however deep', async () => {
    expect((await grant(name, 'sellers')).result).toEqual({ grantees: ['sellers', 'shop'] });
    expect(await sign('stock', key)).toBe('ok');
    expect(await sign('stranger', key)).toBe('not_found');
    const group = { id: 'front', members: ['stock', 'stranger'], roles: [] };
    expect(await codeOf(assembly.agreed('ada', 'groups.set', { group }, [olga]))).toBe('ok');
    expect(await sign('stranger', key)).toBe('ok');
    await assembly.agreed('ada', 'groups.set', { group: { ...group, members: ['stock'] } }, [olga]);
    expect(await sign('stranger', key)).toBe('not_found');
  });

  test('is neither exported, renamed nor lent on by the borrower', async () => {
    const attempts: [string, object][] = [
      ['keys.export', { name, format: 'pkcs8' }],
      ['subtle.exportKey', { key, format: 'pkcs8' }],
    ];
    for (const [method, params] of attempts) {
      expect(await codeOf(assembly.ask('shop', method, params))).toBe('permission_denied');
    }
    expect(await codeOf(assembly.change('shop', 'keys.rename', { name, newName: 'shop/mine' }))).toBe(
      'permission_denied',
    );
    const toOthers = assembly.change('shop', 'keys.grant', { name, grantee: 'stranger' });
    expect(await codeOf(toOthers)).toBe('permission_denied');
  });

  test('is lent over a restart and under a new name', async () => {
    await sidecar.kill();
    await sidecar.start();
    await assembly.join(...everybody);
    await assembly.change('olga', 'keys.rename', { name, newName: 'shop/renamed' });
    expect(await sign('shop', key)).toBe('ok');
    expect(await sign('stock', key)).toBe('ok');
    await assembly.change('olga', 'keys.rename', { name: 'shop/renamed', newName: name });
  });

  test('is taken back at once', async () => {
    const taken = await assembly.change('olga', 'keys.revokeGrant', { name, grantee: 'shop' });
    expect(taken.result).toEqual({ grantees: ['sellers'] });
    expect(await sign('shop', key)).toBe('not_found');
    expect(await sign('stock', key)).toBe('ok');
    expect(await codeOf(assembly.change('olga', 'keys.revokeGrant', { name, grantee: 'shop' }))).toBe('not_found');
  });

  test('ends with its borrower, whose id nobody gets again', async () => {
    await grant(name, 'stranger');
    expect(await sign('stranger', key)).toBe('ok');
    expect(await codeOf(assembly.agreed('ada', 'principals.remove', { id: 'stranger' }, [olga]))).toBe('ok');
    const { result } = await assembly.change('olga', 'keys.revokeGrant', { name, grantee: 'sellers' });
    expect(result).toEqual({ grantees: [] });
    const principal = workload('stranger');
    expect(await codeOf(assembly.agreed('ada', 'principals.set', { principal }, [olga]))).toBe('data_invalid');
  });

  test('leaves each step in the log', async () => {
    const records = await assembly.records('ada');
    const steps = records.filter(
      ({ operation, outcome }) => /^keys\.(grant|revokeGrant)$/.test(operation) && outcome === 'ok',
    );
    expect(steps.map(({ operation, details }) => [operation, details?.grantee])).toEqual([
      ['keys.grant', 'shop'],
      ['keys.grant', 'olga'],
      ['keys.revokeGrant', 'olga'],
      ['keys.grant', 'sellers'],
      ['keys.revokeGrant', 'shop'],
      ['keys.grant', 'stranger'],
      ['keys.revokeGrant', 'sellers'],
    ]);
    const used = records.filter(({ operation, outcome }) => operation === 'subtle.sign' && outcome === 'ok');
    expect(new Set(used.flatMap(({ policies }) => policies ?? []))).toEqual(new Set(['grant.use']));
  });
});
