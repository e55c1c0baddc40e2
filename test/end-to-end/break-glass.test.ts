import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { approver, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';
import { WebSocketClient } from './websocket-client.ts';

const olaf = approver('olaf');
const otto = approver('otto');
const ada = approver('ada');
const yara = approver('yara');

/** Day by day nobody uses what is for production. */
const emergenciesOnly = `
@id("production.emergencies-only")
forbid (principal, action in Action::"key.use", resource is Key)
when { resource has environment && resource.environment == "production" }
unless { principal in Role::"BreakGlass" };
`;

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const principals = [
      personRecord(olaf, ['Operator', 'Officer']),
      personRecord(otto, ['Officer']),
      personRecord(ada, ['Administrator']),
      personRecord(yara, ['Auditor']),
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ principals }));
    writeConfig(folders, 'policy.cedar', defaultPolicy + emergenciesOnly);
  },
});
const assembly = new Assembly(sidecar);
const everybody = ['olaf', 'otto', 'ada', 'yara'];
const name = 'production/signing';
const emergency = { reason: 'payments are down', ticket: 'INC-1' };
let key = '';

beforeAll(async () => {
  await assembly.join(...everybody);
  const params = { name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] };
  const { result } = await assembly.change('otto', 'keys.create', { ...params, labels: { environment: 'production' } });
  key = `${(result as { record: { id: string } }).record.id}/1`;
});
afterAll(() => assembly.leave());

const signing = () => ({ algorithm: { name: 'Ed25519' }, key, data: 'AAAA' });

interface BreakGlass {
  readonly id: string;
  readonly session: string;
  readonly openedAt: number;
  readonly expiresAt: number;
}

async function emergencies(): Promise<BreakGlass[]> {
  const { result } = await assembly.ask('yara', 'breakGlass.list');
  return (result as { breakGlasses: BreakGlass[] }).breakGlasses;
}

async function lastId(): Promise<string> {
  return ((await emergencies()).at(-1) as BreakGlass).id;
}

function review(id: string, by: string) {
  return assembly.change(by, 'breakGlass.review', { id, findings: 'one signature, as the ticket says' });
}

describe('an emergency session', () => {
  test('is held for another person, and gives nothing before', async () => {
    expect(await codeOf(assembly.ask('olaf', 'subtle.sign', signing()))).toBe('permission_denied');
    const approval = await assembly.held('olaf', 'breakGlass.open', { ...emergency, requestId: randomUUID() });
    expect(await codeOf(assembly.approve(olaf, approval))).toBe('permission_denied');
    expect(await codeOf(assembly.change('otto', 'breakGlass.open', emergency))).toBe('permission_denied');
    expect(await codeOf(assembly.ask('olaf', 'subtle.sign', signing()))).toBe('permission_denied');
    expect(await emergencies()).toEqual([]);
  });

  test('lasts a quarter of an hour and uses keys, in the session that opened it only', async () => {
    const { result } = await assembly.agreed('olaf', 'breakGlass.open', emergency, [otto]);
    const { breakGlass } = result as { breakGlass: BreakGlass };
    expect(breakGlass).toMatchObject({ principal: 'olaf', ...emergency });
    expect(breakGlass.expiresAt - breakGlass.openedAt).toBe(15 * 60 * 1000);
    expect(await emergencies()).toEqual([breakGlass]);

    expect(await codeOf(assembly.ask('olaf', 'subtle.sign', signing()))).toBe('ok');
    const whoami = await assembly.ask('olaf', 'session.whoami');
    expect(whoami.result).toMatchObject({ session: breakGlass.session, principal: { id: 'olaf' } });
    const second = await WebSocketClient.open(sidecar.process.url as string, tokenOf('olaf'));
    expect(await codeOf(second.call('subtle.sign', signing()))).toBe('permission_denied');
    second.close();
  });

  test('lets no secret leave, whoever approves', async () => {
    const exports: [string, object][] = [
      ['keys.export', { name, format: 'pkcs8' }],
      ['subtle.exportKey', { key, format: 'pkcs8' }],
    ];
    for (const [method, params] of exports) {
      expect(await codeOf(assembly.ask('olaf', method, params))).toBe('permission_denied');
    }
  });

  test('is refused to the next one until another person has reviewed it', async () => {
    const next = { reason: 'again', ticket: 'INC-2' };
    expect(await codeOf(assembly.agreed('olaf', 'breakGlass.open', next, [otto]))).toBe('review_open');
    expect(await codeOf(review(await lastId(), 'olaf'))).toBe('permission_denied');
    expect(await emergencies()).toHaveLength(1);
  });

  test('goes on being owed its review after a restart, without its role', async () => {
    await sidecar.kill();
    await sidecar.start();
    await assembly.join(...everybody);
    expect(await codeOf(assembly.ask('olaf', 'subtle.sign', signing()))).toBe('permission_denied');
    expect(await codeOf(assembly.agreed('olaf', 'breakGlass.open', emergency, [otto]))).toBe('review_open');
  });

  test('is closed by its review, once', async () => {
    const id = await lastId();
    expect(await codeOf(review(id, 'yara'))).toBe('ok');
    expect(await codeOf(review(id, 'ada'))).toBe('already_exists');
    expect(await emergencies()).toMatchObject([{ id, review: { person: 'yara' } }]);
  });

  test('ends with its review and with its session, before its time is over', async () => {
    const later = { reason: 'payments are down once more', ticket: 'INC-3' };
    expect(await codeOf(assembly.agreed('olaf', 'breakGlass.open', later, [ada]))).toBe('ok');
    expect(await codeOf(assembly.ask('olaf', 'subtle.sign', signing()))).toBe('ok');
    expect(await codeOf(review(await lastId(), 'yara'))).toBe('ok');
    const refused = await codeOf(assembly.ask('olaf', 'subtle.sign', signing())).catch(() => 'closed');
    expect(['permission_denied', 'unauthenticated', 'closed']).toContain(refused);
    await assembly.gone('olaf');
    await assembly.join('olaf');
    expect(await codeOf(assembly.ask('olaf', 'subtle.sign', signing()))).toBe('permission_denied');
  });

  test('is in the log: who opened and approved it, each use, its review', async () => {
    const records = await assembly.records('yara');
    const done = records.filter(({ outcome }) => outcome === 'ok');
    const opened = done.filter(({ operation }) => operation === 'breakGlass.open');
    expect(opened).toMatchObject([
      { principal: 'olaf', details: { ...emergency, approvers: 'otto' } },
      { principal: 'olaf', details: { ticket: 'INC-3', approvers: 'ada' } },
    ]);
    const signed = done.filter(({ operation }) => operation === 'subtle.sign');
    expect(signed).toMatchObject([
      { principal: 'olaf', keyName: name, details: { breakGlass: true } },
      { principal: 'olaf', keyName: name, details: { breakGlass: true } },
    ]);
    const reviewed = done.filter(({ operation }) => operation === 'breakGlass.review');
    expect(reviewed.map(({ principal }) => principal)).toEqual(['yara', 'yara']);
  });
});
