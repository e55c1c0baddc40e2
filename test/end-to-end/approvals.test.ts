import { createPrivateKey, createPublicKey, randomUUID, sign, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Approver, approver, consent, digestOf, type HeldApproval, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';
import { WebSocketClient } from './websocket-client.ts';

const alice = approver('alice');
const bob = approver('bob');
const carol = approver('carol');
const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const owner = { id: 'owner', kind: 'person', roles: ['Officer'], credentials: [{ uid: process.getuid?.() }] };
    const people = [
      personRecord(alice, ['Officer', 'Operator']),
      personRecord(bob, ['Officer']),
      personRecord(carol, ['Administrator']),
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ principals: [owner, ...people] }));
  },
});

const assembly = new Assembly(sidecar);

beforeAll(async () => {
  await assembly.join('alice', 'bob', 'carol');
  const algorithm = { name: 'Ed25519' };
  for (const name of ['payments/signing', 'payments/other']) {
    await assembly.change('alice', 'keys.create', { name, algorithm, usages: ['sign', 'verify'] });
  }
});
afterAll(() => assembly.leave());

const exported = { name: 'payments/signing', format: 'pkcs8' };

function ask(id: string, method: string, params: object) {
  return assembly.ask(id, method, params);
}

function held(params: object = exported): Promise<HeldApproval> {
  return assembly.held('alice', 'keys.export', params);
}

function approve(person: Approver, approval: HeldApproval, evidence = consent(person, approval)) {
  return assembly.approve(person, approval, evidence);
}

describe('an export of a named key', () => {
  test('is held, approved by another person over its digest, and happens once', async () => {
    const approval = await held();
    expect(approval.digest).toBe(digestOf(approval.operation));
    expect(approval.operation).toMatchObject({ method: 'keys.export', requester: 'alice' });
    expect((await held()).id).toBe(approval.id);

    expect(await codeOf(approve(bob, approval))).toBe('ok');
    const { result } = await ask('alice', 'keys.export', exported);
    const { keyData } = result as { keyData: string };
    const key = createPrivateKey({ key: Buffer.from(keyData, 'base64url'), format: 'der', type: 'pkcs8' });
    const data = Buffer.from('what it signs is its own');
    const record = (await ask('alice', 'keys.get', { name: 'payments/signing' })).result as {
      record: { id: string; versions: [{ publicKey: { data: string } }] };
    };
    const signed = await ask('alice', 'subtle.sign', {
      algorithm: { name: 'Ed25519' },
      key: `${record.record.id}/1`,
      data: data.toString('base64url'),
    });
    const { signature } = signed.result as { signature: string };
    expect(verify(null, data, createPublicKey(key), Buffer.from(signature, 'base64url'))).toBe(true);
    expect(sign(null, data, key).toString('base64url')).toBe(signature);

    const again = await held();
    expect(again.id).not.toBe(approval.id);
    await ask('alice', 'approvals.cancel', { id: again.id, requestId: randomUUID() });
  });

  test('is not approved by its requester, by a stranger’s signature or for another operation', async () => {
    const approval = await held();
    expect(await codeOf(approve(alice, approval))).toBe('permission_denied');
    expect(await codeOf(approve(bob, approval, consent(alice, approval)))).toBe('evidence_invalid');
    const other = await held({ ...exported, name: 'payments/other' });
    expect(await codeOf(approve(bob, approval, consent(bob, other)))).toBe('evidence_invalid');
    expect(await codeOf(approve(bob, approval, consent(bob, approval, { audience: 'another/log' })))).toBe(
      'evidence_invalid',
    );
    expect(await codeOf(ask('alice', 'keys.export', exported))).toBe('approval_required');

    expect(await codeOf(approve(bob, other))).toBe('ok');
    for (const params of [{ ...exported }, { ...exported, name: 'payments/other', format: 'jwk' }]) {
      expect(await codeOf(ask('alice', 'keys.export', params))).toBe('approval_required');
    }
    expect(await codeOf(ask('bob', 'keys.export', { ...exported, name: 'payments/other' }))).toBe('approval_required');
    expect(await codeOf(ask('alice', 'keys.export', { ...exported, name: 'payments/other' }))).toBe('ok');
  });

  test('stays refused once it is denied, and asks anew when it is repeated', async () => {
    const approval = await held();
    const denial = { id: approval.id, reason: 'not today', requestId: randomUUID() };
    expect(await codeOf(ask('carol', 'approvals.deny', denial))).toBe('ok');
    expect(await codeOf(approve(bob, approval))).toBe('approval_closed');
    expect((await held()).id).not.toBe(approval.id);
  });

  test('is exported once by 64 concurrent calls', async () => {
    const name = `race/${randomUUID()}`;
    const creation = { name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'], requestId: randomUUID() };
    await ask('alice', 'keys.create', creation);
    const approval = await held({ ...exported, name });
    await approve(bob, approval);
    const racers = await Promise.all(
      Array.from({ length: 64 }, () => WebSocketClient.open(sidecar.process.url as string, tokenOf('alice'))),
    );
    const codes = await Promise.all(racers.map((racer) => codeOf(racer.call('keys.export', { ...exported, name }))));
    for (const racer of racers) racer.close();
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1);
    expect(['approval_closed', 'approval_required']).toEqual(
      expect.arrayContaining([...new Set(codes)].filter((it) => it !== 'ok')),
    );
  });
});

describe('a name that leads to another key while its export is under way', () => {
  test.each([1, 2, 3, 4])('releases nothing but the key that people have seen (%i)', async (round) => {
    const publicKeys = new Map<string, string>();
    for (const name of [`cheap/${round}`, `root/${round}`]) {
      const creation = { name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'], requestId: randomUUID() };
      const { result } = await ask('alice', 'keys.create', creation);
      const { versions } = (result as { record: { versions: [{ publicKey: { data: string } }] } }).record;
      publicKeys.set(name, versions[0].publicKey.data);
    }
    const wanted = { name: `cheap/${round}`, format: 'pkcs8' };
    await approve(bob, await held(wanted));
    const rename = (name: string, newName: string) => ({ name, newName, requestId: randomUUID() });
    const calls = [
      ['keys.export', wanted],
      ['keys.rename', rename(`cheap/${round}`, `old/${round}`)],
      ['keys.rename', rename(`root/${round}`, `cheap/${round}`)],
    ] as const;
    const answers = await assembly.batch('alice', calls);
    const { result } = answers[0] as unknown as { result?: { keyData: string } };
    if (result === undefined) return;
    const released = createPrivateKey({ key: Buffer.from(result.keyData, 'base64url'), format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(released).export({ format: 'der', type: 'spki' }).toString('base64url');
    expect(spki).toBe(publicKeys.get(`cheap/${round}`));
  });
});

describe('a request for approval', () => {
  test('outlives the sidecar, with its votes', async () => {
    const approval = await held();
    await approve(bob, approval);
    assembly.leave();
    await sidecar.kill();
    await sidecar.start();
    await assembly.join('alice', 'bob', 'carol');
    expect(await codeOf(ask('alice', 'keys.export', exported))).toBe('ok');
  });

  test('leaves each of its steps in the log', async () => {
    const { result } = await ask('carol', 'audit.list', { limit: 1000 });
    const { records } = result as { records: { record: { operation: string }; personal?: { details?: object } }[] };
    const operations = new Set(records.map(({ record }) => record.operation));
    for (const step of ['approvals.approve', 'approvals.deny', 'approvals.cancel', 'keys.export']) {
      expect(operations).toContain(step);
    }
    expect(records.some(({ personal }) => personal?.details && 'approvers' in personal.details)).toBe(true);
  });
});
