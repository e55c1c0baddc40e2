import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver, personRecord } from './approvers.ts';
import { Assembly, codeOf, type LogRecord } from './assembly.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';

const alice = approver('alice');
const bob = approver('bob');
const carol = approver('carol');

const payments = {
  id: 'payments',
  kind: 'workload',
  owner: 'carol',
  roles: ['Service'],
  credentials: [{ tokenSha256: createHash('sha256').update(tokenOf('payments')).digest('base64url') }],
};

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const people = [
      personRecord(alice, ['Administrator', 'Officer']),
      personRecord(bob, ['Administrator', 'Officer']),
      personRecord(carol, ['Officer', 'Auditor']),
    ];
    const principals = [...people, payments];
    writeConfig(folders, 'principals.json', JSON.stringify({ governance: 'records', principals }));
  },
});

const assembly = new Assembly(sidecar);

beforeAll(() => assembly.join('alice', 'bob', 'carol', 'payments'));
afterAll(() => assembly.leave());

/** A change that alice asks for and bob approves. */
function change(method: string, params: object): Promise<string> {
  return codeOf(assembly.agreed('alice', method, params, [bob]));
}

describe('a principal that is disabled while it works', () => {
  test('gets no answer after the change is acknowledged, and none stands behind it in the log', async () => {
    const hsm = await sidecar.connectWebSocket(tokenOf('payments'));
    const pair = (await hsm.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
    let isAcknowledged = false;
    let answered = 0;
    const late: string[] = [];
    const workers = Array.from({ length: 32 }, async () => {
      for (;;) {
        const startedLate = isAcknowledged;
        try {
          await hsm.subtle.sign('Ed25519', pair.privateKey, new Uint8Array(64));
        } catch {
          return;
        }
        answered += 1;
        if (startedLate) late.push('an operation that began after the acknowledgement');
      }
    });
    expect(await change('principals.set', { principal: { ...payments, disabled: true } })).toBe('ok');
    isAcknowledged = true;
    await Promise.all(workers);
    await hsm.close();
    expect(late).toEqual([]);
    expect(answered).toBeGreaterThan(0);

    const records = await assembly.records('carol');
    const isChange = ({ operation, phase, outcome }: LogRecord) =>
      operation === 'principals.set' && phase === 'result' && outcome === 'ok';
    const behind = records.slice(records.findLastIndex(isChange) + 1);
    const usedLate = behind.filter(({ principal, outcome }) => principal === 'payments' && outcome === 'ok');
    expect(records.some(isChange)).toBe(true);
    expect(usedLate).toEqual([]);
  });

  test('is let in again once it is enabled', async () => {
    await expect(sidecar.connectWebSocket(tokenOf('payments'))).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await change('principals.set', { principal: payments })).toBe('ok');
    const hsm = await sidecar.connectWebSocket(tokenOf('payments'));
    await hsm.close();
  });
});

describe('changes that would leave too few people', () => {
  test('are refused, though another person approved them', async () => {
    expect(await change('principals.remove', { id: 'carol' })).toBe('data_invalid');
    expect(await change('principals.set', { principal: { ...payments, owner: 'alice' } })).toBe('ok');
    expect(await change('principals.remove', { id: 'carol' })).toBe('ok');
    expect(await change('approvers.remove', { person: 'bob', keyId: bob.keyId })).toBe('quorum_unreachable');
    expect(await change('principals.set', { principal: { ...personRecord(bob, []) } })).toBe('quorum_unreachable');
    expect(await change('principals.remove', { id: 'bob' })).toBe('quorum_unreachable');
    expect(await change('groups.set', { group: { id: 'ops', members: ['payments'], roles: [] } })).toBe('ok');
  });
});

test('the files are no longer read once records govern', async () => {
  await sidecar.stop();
  writeConfig(sidecar.folders, 'principals.json', JSON.stringify({ principals: [] }));
  await sidecar.start();
  await assembly.join('alice');
  const { result } = await assembly.ask('alice', 'principals.list');
  expect(result).toMatchObject({ governance: 'records' });
  expect((result as { groups: { id: string }[] }).groups.map(({ id }) => id)).toContain('ops');
});
