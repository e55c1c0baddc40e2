import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { type Approver, approver, consent, type HeldApproval, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';
import { WebSocketClient } from './websocket-client.ts';

const alice = approver('alice');
const bob = approver('bob');
const carol = approver('carol');
const dave = approver('dave');

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');
const credential = (id: string) => ({ tokenSha256: sha256(tokenOf(id)) });
const keyOf = ({ keyId, jwk }: Approver) => ({ id: keyId, kind: 'jwk', algorithm: 'EdDSA', jwk });

const aliceRecord = {
  ...personRecord(alice, ['Administrator', 'Officer']),
  credentials: [credential('alice'), credential('alice-laptop')],
};
const bot = { id: 'bot', kind: 'workload', owner: 'alice', roles: ['Officer'], credentials: [credential('bot')] };

const twoPeople = `
@id("export.two-people")
forbid (principal, action == Action::"keys.export", resource) unless { context.approvals >= 2 };
`;

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const principals = [
      aliceRecord,
      personRecord(bob, ['Administrator', 'Officer']),
      personRecord(carol, ['Officer']),
      personRecord(dave, ['Officer', 'Auditor']),
      bot,
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ governance: 'records', principals }));
    writeConfig(folders, 'policy.cedar', defaultPolicy + twoPeople);
  },
});
const assembly = new Assembly(sidecar);
beforeAll(() => assembly.join('alice', 'bob', 'carol', 'dave', 'bot'));
afterAll(() => assembly.leave());

/** A new key and the request of its export, which needs two people. */
async function heldExport(id = 'alice'): Promise<{ params: object; approval: HeldApproval }> {
  const name = `exported/${randomUUID()}`;
  const creation = { name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] };
  await assembly.change(id, 'keys.create', creation);
  const params = { name, format: 'pkcs8' };
  return { params, approval: await assembly.held(id, 'keys.export', params) };
}

/** What bob asks for and carol approves. */
function settled(method: string, params: object): Promise<string> {
  return codeOf(assembly.agreed('bob', method, params, [carol]));
}

async function given({ id }: HeldApproval): Promise<number> {
  const { result } = await assembly.ask('dave', 'approvals.get', { id });
  return (result as { approval: { votes: unknown[] } }).approval.votes.length;
}

describe('whoever asks does not approve', () => {
  test('with an own key', async () => {
    const { approval } = await heldExport();
    expect(await codeOf(assembly.approve(alice, approval))).toBe('permission_denied');
  });

  test('with the signature of another person', async () => {
    const { approval } = await heldExport();
    expect(await codeOf(assembly.approve(alice, approval, consent(bob, approval)))).toBe('permission_denied');
    expect(await codeOf(assembly.approve(bob, approval, consent(alice, approval)))).toBe('evidence_invalid');
    const asBob = consent(alice, approval, { person: 'bob' });
    expect(await codeOf(assembly.approve(bob, approval, asBob))).toBe('evidence_invalid');
  });

  test('with a second credential', async () => {
    const { approval } = await heldExport();
    const laptop = await WebSocketClient.open(sidecar.process.url as string, tokenOf('alice-laptop'));
    const vote = { id: approval.id, evidence: consent(alice, approval), requestId: randomUUID() };
    expect(await codeOf(laptop.call('approvals.approve', vote))).toBe('permission_denied');
    laptop.close();
  });

  test('through a workload of the same owner, in either direction', async () => {
    const { approval } = await heldExport('bot');
    expect(await codeOf(assembly.approve(alice, approval))).toBe('permission_denied');
    const { approval: own } = await heldExport();
    const vote = { id: own.id, evidence: consent(alice, own) };
    expect(await codeOf(assembly.change('bot', 'approvals.approve', vote))).toBe('not_found');
  });

  test('as a member of a group that may approve', async () => {
    const { approval } = await heldExport();
    const group = { id: 'board', members: ['alice', 'bob'], roles: ['Officer', 'Administrator'] };
    expect(await settled('groups.set', { group })).toBe('ok');
    expect(await codeOf(assembly.approve(alice, approval))).toBe('permission_denied');
  });

  test('as a workload’s former owner', async () => {
    const { approval } = await heldExport('bot');
    expect(await settled('principals.set', { principal: { ...bot, owner: 'bob' } })).toBe('ok');
    expect(await codeOf(assembly.approve(alice, approval))).toBe('permission_denied');
    expect(await settled('principals.set', { principal: bot })).toBe('ok');
  });
});

describe('a second self', () => {
  test.each([
    ['with the same approval key', { credentials: [credential('alias')], approvalKeys: [keyOf(alice)] }],
    ['with the same credential', { credentials: [credential('alice-laptop')], approvalKeys: [] }],
  ])('is not let in %s', async (_, change) => {
    const principal = { ...personRecord(approver('alias'), ['Officer']), ...change };
    expect(await settled('principals.set', { principal })).toBe('data_invalid');
  });

  test('does not get the key enrolled', async () => {
    const code = await settled('approvers.enrol', { person: 'dave', key: keyOf(alice) });
    expect(['already_exists', 'data_invalid']).toContain(code);
  });

  test('does not vote with the key that the requester gave away after asking', async () => {
    const { approval } = await heldExport();
    expect(await settled('approvers.remove', { person: 'alice', keyId: alice.keyId })).toBe('ok');
    expect(await settled('approvers.enrol', { person: 'dave', key: keyOf(alice) })).toBe('ok');
    const inherited = consent(alice, approval, { person: 'dave' });
    expect(await codeOf(assembly.approve(dave, approval, inherited))).toBe('permission_denied');
    expect(await given(approval)).toBe(0);
    expect(await settled('approvers.remove', { person: 'dave', keyId: alice.keyId })).toBe('ok');
    expect(await settled('approvers.enrol', { person: 'alice', key: keyOf(alice) })).toBe('ok');
  });

  test('does not vote from a credential that the requester gave away after asking', async () => {
    const { approval } = await heldExport();
    const fewer = { ...aliceRecord, credentials: [credential('alice')] };
    expect(await settled('principals.set', { principal: fewer })).toBe('ok');
    const alias = approver('alias');
    const record = { ...personRecord(alias, ['Officer']), credentials: [credential('alice-laptop')] };
    expect(await settled('principals.set', { principal: record })).toBe('ok');
    const laptop = await WebSocketClient.open(sidecar.process.url as string, tokenOf('alice-laptop'));
    const vote = { id: approval.id, evidence: consent(alias, approval), requestId: randomUUID() };
    expect(await codeOf(laptop.call('approvals.approve', vote))).toBe('permission_denied');
    laptop.close();
  });
});

describe('at the same time', () => {
  async function connections(id: string, count: number): Promise<WebSocketClient[]> {
    const url = sidecar.process.url as string;
    return await Promise.all(Array.from({ length: count }, () => WebSocketClient.open(url, tokenOf(id))));
  }

  test('16 votes of one person count as one', async () => {
    const { params, approval } = await heldExport();
    const voters = await connections('bob', 16);
    const votes = voters.map((voter) => {
      const vote = { id: approval.id, evidence: consent(bob, approval), requestId: randomUUID() };
      return codeOf(voter.call('approvals.approve', vote));
    });
    expect(new Set(await Promise.all(votes))).toEqual(new Set(['ok']));
    for (const voter of voters) voter.close();
    expect(await given(approval)).toBe(1);
    const { error } = await assembly.ask('alice', 'keys.export', params);
    expect(error?.data).toMatchObject({ code: 'approval_required', approval: { needed: 2, given: 1 } });
  });

  test('votes and executions let the operation through once', async () => {
    const { params, approval } = await heldExport();
    const racers = await connections('alice', 24);
    // Each goes on until the operation went through once or the approval is used up.
    let isDone = false;
    const race = racers.map(async (racer) => {
      for (;;) {
        const wasDone = isDone;
        const { error, result } = await racer.call('keys.export', params);
        if (result !== undefined) isDone = true;
        if (result !== undefined || wasDone) return error?.data.code ?? 'ok';
      }
    });
    await Promise.all([assembly.approve(bob, approval), assembly.approve(carol, approval)]);
    const codes = await Promise.all(race);
    for (const racer of racers) racer.close();
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1);
    const { result } = await assembly.ask('dave', 'approvals.get', { id: approval.id });
    expect(result).toMatchObject({ approval: { state: 'consumed' } });
  });

  test('a denial and the votes leave the operation refused, or let it through once', async () => {
    const { params, approval } = await heldExport();
    await assembly.approve(bob, approval);
    const [, denied, exported] = await Promise.all([
      assembly.approve(carol, approval),
      codeOf(assembly.change('dave', 'approvals.deny', { id: approval.id, reason: 'no' })),
      codeOf(assembly.ask('alice', 'keys.export', params)),
    ]);
    if (denied === 'ok') expect(exported).not.toBe('ok');
    const { result } = await assembly.ask('dave', 'approvals.get', { id: approval.id });
    const { state } = (result as { approval: { state: string } }).approval;
    expect(state).toBe(denied === 'ok' ? 'denied' : 'consumed');
  });
});
