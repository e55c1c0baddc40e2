import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver, consent, type HeldApproval, personRecord } from './approvers.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';
import { WebSocketClient } from './websocket-client.ts';

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

const clients = new Map<string, WebSocketClient>();

beforeAll(async () => {
  for (const id of ['alice', 'bob', 'carol', 'payments']) {
    clients.set(id, await WebSocketClient.open(sidecar.process.url as string, tokenOf(id)));
  }
});
afterAll(() => {
  for (const client of clients.values()) client.close();
});

function ask(id: string, method: string, params: object) {
  return (clients.get(id) as WebSocketClient).call(method, params);
}

/** A change that alice asks for and bob approves. */
async function change(method: string, params: object): Promise<string> {
  const { error } = await ask('alice', method, { ...params, requestId: randomUUID() });
  if (error?.data.code !== 'approval_required') return error?.data.code ?? 'ok';
  const { approval } = error.data as unknown as { approval: { id: string } };
  const { result } = await ask('bob', 'approvals.get', { id: approval.id });
  const held = (result as { approval: HeldApproval }).approval;
  await ask('bob', 'approvals.approve', { id: held.id, evidence: consent(bob, held), requestId: randomUUID() });
  const repeated = await ask('alice', method, { ...params, requestId: randomUUID() });
  return repeated.error?.data.code ?? 'ok';
}

interface LogRecord {
  readonly operation: string;
  readonly outcome: string;
  readonly phase: string;
  readonly principal?: string;
}

async function allRecords(): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (;;) {
    const { result } = await ask('carol', 'audit.list', { start: records.length, limit: 1000 });
    const page = (result as { records: { record: LogRecord }[] }).records;
    records.push(...page.map(({ record }) => record));
    if (page.length < 1000) return records;
  }
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

    const records = await allRecords();
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
  const again = await WebSocketClient.open(sidecar.process.url as string, tokenOf('alice'));
  const { result } = await again.call('principals.list', {});
  again.close();
  expect(result).toMatchObject({ governance: 'records' });
  expect((result as { groups: { id: string }[] }).groups.map(({ id }) => id)).toContain('ops');
});
