import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';

const olga = approver('olga');
const otto = approver('otto');
const ada = approver('ada');

function workload(id: string, quota?: object) {
  const tokenSha256 = createHash('sha256').update(tokenOf(id)).digest('base64url');
  const record = { id, kind: 'workload', owner: 'ada', roles: ['Service'], credentials: [{ tokenSha256 }] };
  return quota === undefined ? record : { ...record, quota };
}

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const principals = [
      personRecord(olga, ['Officer']),
      personRecord(otto, ['Officer']),
      personRecord(ada, ['Administrator', 'Auditor']),
      workload('free'),
      workload('slow', { perMinute: 5 }),
      workload('narrow', { bytesPerSecond: 1000 }),
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ principals }));
  },
});
const assembly = new Assembly(sidecar);
const everybody = ['olga', 'otto', 'ada', 'free', 'slow', 'narrow'];

beforeAll(() => assembly.join(...everybody));
afterAll(() => assembly.leave());

/** A named key that the workload may use; its handle. */
async function newKey(name: string, service: string): Promise<string> {
  const params = { name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'], labels: { service } };
  const { result } = await assembly.change('olga', 'keys.create', params);
  return `${(result as { record: { id: string } }).record.id}/1`;
}

function sign(id: string, key: string, bytes = 16) {
  const data = Buffer.alloc(bytes).toString('base64url');
  return assembly.ask(id, 'subtle.sign', { algorithm: { name: 'Ed25519' }, key, data });
}

async function signings(id: string, key: string, times: number): Promise<string[]> {
  const codes: string[] = [];
  for (let time = 0; time < times; time += 1) codes.push(await codeOf(sign(id, key)));
  return codes;
}

describe('the quota of a principal', () => {
  test('refuses what is beyond it and says when to come back', async () => {
    const random = () => assembly.ask('slow', 'system.random', { length: 8 });
    const codes: string[] = [];
    for (let time = 0; time < 6; time += 1) codes.push(await codeOf(random()));
    // `system.hello` was the first of the five.
    expect(codes).toEqual(['ok', 'ok', 'ok', 'ok', 'rate_limited', 'rate_limited']);
    const { error } = await random();
    expect(error?.data).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
    const { retryAfterMs } = (error ?? { data: {} }).data as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(61_000);
    const hurried = assembly.ask('free', 'system.random', { length: 8 });
    expect(await codeOf(hurried)).toBe('ok');
  });

  test('counts bytes', async () => {
    const key = await newKey('limits/bytes', 'narrow');
    const codes = [await codeOf(sign('narrow', key, 900)), await codeOf(sign('narrow', key, 900))];
    expect(codes).toEqual(['ok', 'rate_limited']);
  });

  test('cannot be outrun by a second connection', async () => {
    await expect(assembly.join('slow')).rejects.toThrow('limit of use');
  });
});

describe('the quota of a key', () => {
  test('is set with the approval of another person only', async () => {
    await newKey('limits/set', 'free');
    const limit = { name: 'limits/set', quota: { perMinute: 3 } };
    expect(await codeOf(assembly.change('olga', 'keys.limit', limit))).toBe('approval_required');
    expect(await codeOf(assembly.change('free', 'keys.limit', limit))).toBe('permission_denied');
    expect(await codeOf(assembly.agreed('olga', 'keys.limit', limit, [otto]))).toBe('ok');
  });

  test('is of the key, whoever uses it, and outlives the sidecar', async () => {
    const key = await newKey('limits/shared', 'free');
    const quota = { perMinute: 3 };
    await assembly.agreed('olga', 'keys.limit', { name: 'limits/shared', quota }, [otto]);
    expect(await signings('free', key, 5)).toEqual(['ok', 'ok', 'ok', 'rate_limited', 'rate_limited']);
    await sidecar.kill();
    await sidecar.start();
    await assembly.join(...everybody);
    expect(await signings('free', key, 4)).toEqual(['ok', 'ok', 'ok', 'rate_limited']);
  });

  test('is taken away by an empty one', async () => {
    const key = await newKey('limits/removed', 'free');
    const limit = (quota: object) => assembly.agreed('olga', 'keys.limit', { name: 'limits/removed', quota }, [otto]);
    await limit({ perMinute: 1 });
    expect(await signings('free', key, 2)).toEqual(['ok', 'rate_limited']);
    await limit({});
    expect(await signings('free', key, 3)).toEqual(['ok', 'ok', 'ok']);
  });
});

describe('a key that wraps others', () => {
  test('is limited and frozen as one that encrypts', async () => {
    const name = 'limits/wrapping';
    const algorithm = { name: 'AES-GCM', length: 256 };
    const params = { name, algorithm, usages: ['wrapKey', 'unwrapKey'], labels: { service: 'free' } };
    await assembly.change('olga', 'keys.create', params);
    await using hsm = await sidecar.connectWebSocket(tokenOf('free'));
    const { secretKey: wrapping } = await hsm.keys.get(name);
    const wrapped = (await hsm.subtle.generateKey(algorithm, true, ['encrypt'])) as CryptoKey;
    const wrap = async () => {
      const wrapAlgorithm = { name: 'AES-GCM', iv: randomBytes(12) };
      const outcome = hsm.subtle.wrapKey('raw', wrapped, wrapping as CryptoKey, wrapAlgorithm);
      return await outcome.then(
        () => 'ok',
        ({ cause }) => cause.code,
      );
    };
    expect(await wrap()).toBe('ok');
    await assembly.agreed('olga', 'keys.limit', { name, quota: { perMinute: 2, onExceed: 'freeze' } }, [otto]);
    expect([await wrap(), await wrap(), await wrap(), await wrap()]).toEqual(['ok', 'ok', 'key_frozen', 'key_frozen']);
  });
});

describe('a key that freezes', () => {
  const name = 'limits/frozen';
  let key = '';
  beforeAll(async () => {
    key = await newKey(name, 'free');
    await assembly.agreed('olga', 'keys.limit', { name, quota: { perMinute: 2, onExceed: 'freeze' } }, [otto]);
  });

  test('is frozen by the first use beyond its quota, and stays so', async () => {
    expect(await signings('free', key, 4)).toEqual(['ok', 'ok', 'key_frozen', 'key_frozen']);
    const other = await newKey('limits/other', 'free');
    expect(await signings('free', other, 1)).toEqual(['ok']);
  });

  test('stays frozen over a restart', async () => {
    await sidecar.kill();
    await sidecar.start();
    await assembly.join(...everybody);
    expect(await signings('free', key, 2)).toEqual(['key_frozen', 'key_frozen']);
  });

  test('stays frozen when its quota is taken away', async () => {
    await assembly.agreed('olga', 'keys.limit', { name, quota: {} }, [otto]);
    expect(await signings('free', key, 1)).toEqual(['key_frozen']);
  });

  test('is used again only when another person has approved it', async () => {
    expect(await codeOf(assembly.change('olga', 'keys.unfreeze', { name }))).toBe('approval_required');
    expect(await signings('free', key, 1)).toEqual(['key_frozen']);
    expect(await codeOf(assembly.agreed('olga', 'keys.unfreeze', { name }, [otto]))).toBe('ok');
    expect(await signings('free', key, 3)).toEqual(['ok', 'ok', 'ok']);
  });

  test('leaves the freeze in the log with who caused it and the limit', async () => {
    const records = await assembly.records('ada');
    const [keyId] = key.split('/');
    const freeze = records.filter(({ operation, resource }) => operation === 'key.freeze' && resource === keyId);
    expect(freeze.map(({ phase, outcome }) => [phase, outcome])).toEqual([
      ['intent', 'pending'],
      ['result', 'ok'],
    ]);
    expect(freeze[0]).toMatchObject({ principal: 'free' });
    expect(JSON.stringify(freeze[0]?.details)).toContain('minute');
    const refused = records.filter(({ error }) => error === 'rate_limited' || error === 'key_frozen');
    expect(new Set(refused.map(({ principal }) => principal))).toEqual(new Set(['free', 'slow', 'narrow']));
  });
});
