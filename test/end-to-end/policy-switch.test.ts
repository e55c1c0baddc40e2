import { createHash, randomUUID, sign } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { type Approver, approver, personRecord } from './approvers.ts';
import { Assembly, codeOf, type LogRecord } from './assembly.ts';
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
const stopped = `${defaultPolicy}
@id("payments.stopped")
forbid (principal == Principal::"payments", action == Action::"subtle.sign", resource);
`;

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const principals = [
      personRecord(olga, ['Officer']),
      personRecord(otto, ['Officer']),
      personRecord(ada, ['Administrator']),
      payments,
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ governance: 'records', principals }));
  },
});
const assembly = new Assembly(sidecar);
let hsm: FerroHsm;

beforeAll(async () => {
  await assembly.join('olga', 'otto', 'ada');
  hsm = await sidecar.connectWebSocket(tokenOf('payments'));
});
afterAll(async () => {
  await hsm.close();
  assembly.leave();
});

interface PolicyVersion {
  readonly version: number;
  readonly sha256: string;
  readonly source: string;
}

async function inForce(): Promise<PolicyVersion> {
  const { result } = await assembly.ask('olga', 'policy.get');
  return (result as { policy: PolicyVersion }).policy;
}

const sha256Of = (text: string) => createHash('sha256').update(text).digest('base64url');

/** What a policy officer signs, as a compact JWS made without any library. */
function signature(officer: Approver, sha256: string, replaces: number, change: object = {}): string {
  const header = { alg: 'EdDSA', typ: 'ferrohsm-policy+jws', kid: officer.keyId };
  const payload = { v: 1, sha256, replaces, person: officer.id, audience: hsm.hello.log.origin, ...change };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${sign(null, Buffer.from(input), officer.privateKey).toString('base64url')}`;
}

async function load(text: string): Promise<PolicyVersion> {
  const signed = signature(olga, sha256Of(text), (await inForce()).version);
  const { result, error } = await assembly.agreed('olga', 'policy.load', { text, signature: signed }, [otto]);
  if (error !== undefined) throw new Error(error.data.code);
  return (result as { policy: PolicyVersion }).policy;
}

/** A new version that holds the text of an earlier one. */
async function rollBack({ version, sha256 }: PolicyVersion): Promise<PolicyVersion> {
  const signed = signature(olga, sha256, (await inForce()).version);
  const { result, error } = await assembly.agreed('olga', 'policy.rollback', { version, signature: signed }, [otto]);
  if (error !== undefined) throw new Error(error.data.code);
  return (result as { policy: PolicyVersion }).policy;
}

const isSwitch = ({ operation }: LogRecord) => operation === 'policy.load' || operation === 'policy.rollback';
const isSigning = ({ operation, principal }: LogRecord) => operation === 'subtle.sign' && principal === 'payments';

/** The records between the result of each switch and the intent of the next: there one version alone is in force. */
function periods(records: readonly LogRecord[]): LogRecord[][] {
  const found: LogRecord[][] = [];
  let isSettled = false;
  for (const record of records) {
    if (isSwitch(record)) {
      isSettled = record.outcome === 'ok';
      if (isSettled) found.push([]);
    } else if (isSettled) found.at(-1)?.push(record);
  }
  return found;
}

describe('policies that are switched while 16 callers sign', () => {
  test('leave no use that the old ones allowed behind the switch, neither in answers nor in the log', async () => {
    const first = await inForce();
    const params = { name: 'payments/signing', algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] };
    await assembly.change('olga', 'keys.create', { ...params, labels: { service: 'payments' } });
    const { privateKey } = await hsm.keys.get('payments/signing');
    const seen = { stage: 'allowed', signed: 0, refused: 0, late: 0 };
    const answers = new EventEmitter();
    let isOver = false;
    const callers = Array.from({ length: 16 }, async () => {
      while (!isOver) {
        const { stage } = seen;
        try {
          await hsm.subtle.sign('Ed25519', privateKey as CryptoKey, new Uint8Array(64));
          seen.signed += 1;
          if (stage === 'stopped' && seen.stage === 'stopped') seen.late += 1;
        } catch (error) {
          expect(error).toMatchObject({ name: 'NotAllowedError' });
          seen.refused += 1;
        }
        answers.emit('answer');
      }
    });
    /** As many answers as there are callers, and one: the last is of a call that began after the switch. */
    const someAnswers = async () => {
      for (let count = 0; count <= callers.length; count += 1) await once(answers, 'answer');
    };
    for (let round = 0; round < 4; round += 1) {
      await load(stopped);
      seen.stage = 'stopped';
      await someAnswers();
      await load(`${stopped}// Round ${round}, still stopped.\n`);
      await someAnswers();
      seen.stage = 'switching';
      await rollBack(first);
      seen.stage = 'allowed';
      await someAnswers();
    }
    isOver = true;
    await Promise.all(callers);
    expect(seen.late).toBe(0);
    expect(seen.signed).toBeGreaterThan(100);
    expect(seen.refused).toBeGreaterThan(100);

    const found = periods(await assembly.records('ada'));
    expect(found).toHaveLength(12);
    for (const [index, period] of found.entries()) {
      const outcomes = new Set(period.filter(isSigning).map(({ outcome }) => outcome));
      expect([...outcomes]).toEqual(index % 3 === 2 ? ['ok'] : ['denied']);
      for (const { outcome, policies } of period.filter(isSigning)) {
        expect(policies).toEqual([outcome === 'ok' ? 'service.labelled-keys' : 'payments.stopped']);
      }
    }
  });

  test('are versions: each is kept with its text, who loaded it and the approval', async () => {
    const { result } = await assembly.ask('ada', 'policy.history', {});
    const { versions } = result as { versions: (PolicyVersion & { loadedBy?: string; approval?: string })[] };
    expect(versions).toHaveLength(13);
    const newest = versions.toSorted((one, other) => other.version - one.version)[0];
    expect(newest).toMatchObject({ version: 13, source: 'rollback', loadedBy: 'olga' });
    expect(newest?.approval).toMatch(/^apr_/);
    expect(newest?.sha256).toBe(sha256Of(defaultPolicy));
  });
});

describe('a policy that is not taken', () => {
  const params = async (text: string, change: object = {}, officer = olga) => {
    const { version } = await inForce();
    return { text, signature: signature(officer, sha256Of(text), version, change) };
  };

  test.each([
    ['of another text', { sha256: sha256Of('another') }],
    ['for another version', { replaces: 1 }],
    ['of another person', { person: 'otto' }],
    ['for another sidecar', { audience: 'elsewhere/log' }],
  ])('has a signature %s', async (_, change) => {
    const before = await inForce();
    const answer = assembly.agreed('olga', 'policy.load', await params(stopped, change), [otto]);
    expect(await codeOf(answer)).toBe('evidence_invalid');
    expect(await inForce()).toEqual(before);
  });

  test('is signed by another than who loads it', async () => {
    const answer = assembly.agreed('olga', 'policy.load', await params(stopped, { person: 'olga' }, otto), [otto]);
    expect(await codeOf(answer)).toBe('evidence_invalid');
  });

  test('does not fit the schema, and the old one stays in force', async () => {
    const before = await inForce();
    const wrong = `${defaultPolicy}\n@id("wrong") permit (principal, action == Action::"keys.fly", resource);\n`;
    const answer = await assembly.agreed('olga', 'policy.load', await params(wrong), [otto]);
    expect(answer.error?.data.code).toBe('policy_invalid');
    expect(answer.error?.data.detail).toContain('wrong');
    expect(await inForce()).toEqual(before);
    expect(await codeOf(assembly.ask('olga', 'policy.history', {}))).toBe('ok');
  });

  test('asks for more people than there are', async () => {
    const before = await inForce();
    const many = `${defaultPolicy}
@id("too-many")
forbid (principal, action == Action::"keys.export", resource) unless { context.approvals >= 3 };
`;
    const answer = assembly.agreed('olga', 'policy.load', await params(many), [otto]);
    expect(await codeOf(answer)).toBe('quorum_unreachable');
    expect(await inForce()).toEqual(before);
  });
});

test('what was loaded last is in force after a power cut', async () => {
  await load(stopped);
  const before = await inForce();
  await hsm.close();
  await sidecar.kill();
  await sidecar.start();
  await assembly.join('olga', 'otto', 'ada');
  hsm = await sidecar.connectWebSocket(tokenOf('payments'));
  expect(await inForce()).toEqual(before);
  const { privateKey } = await hsm.keys.get('payments/signing');
  const refused = hsm.subtle.sign('Ed25519', privateKey as CryptoKey, new Uint8Array(1));
  await expect(refused).rejects.toMatchObject({ name: 'NotAllowedError' });
});

test('a policy that permits everything to everybody leaves one approval to be asked for', async () => {
  await load('@id("everything") permit (principal, action, resource);');
  const name = 'payments/signing';
  const created = await assembly.ask('olga', 'keys.get', { name });
  const key = `${(created.result as { record: { id: string } }).record.id}/1`;
  const requestId = () => ({ requestId: randomUUID() });
  const attempts: [string, object][] = [
    ['keys.export', { name, format: 'pkcs8' }],
    ['subtle.exportKey', { key, format: 'pkcs8' }],
    ['keys.limit', { name, quota: {}, ...requestId() }],
    ['keys.unfreeze', { name, ...requestId() }],
    ['principals.set', { principal: { ...payments, disabled: true }, ...requestId() }],
    ['principals.remove', { id: 'payments', ...requestId() }],
    ['groups.set', { group: { id: 'all', members: ['olga'], roles: [] }, ...requestId() }],
    ['approvers.remove', { person: 'otto', keyId: otto.keyId, ...requestId() }],
    ['tokens.invite', { principal: 'payments', ...requestId() }],
    ['policy.rollback', { version: 1, signature: signature(olga, sha256Of(defaultPolicy), 1), ...requestId() }],
    ['breakGlass.open', { reason: 'none', ticket: 'INC-0', ...requestId() }],
  ];
  for (const [method, params] of attempts) {
    const { error } = await assembly.ask('olga', method, params);
    expect([method, error?.data]).toEqual([method, expect.objectContaining({ code: 'approval_required' })]);
    const { approval } = (error ?? { data: {} }).data as { approval?: { needed: number } };
    expect(approval).toMatchObject({ needed: 1, given: 0 });
  }
});
