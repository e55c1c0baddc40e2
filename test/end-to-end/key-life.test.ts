import { randomUUID } from 'node:crypto';
import { type FerroHsm, type KeyRecord, verifyReceipt } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver, type HeldApproval, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';

const ada = approver('ada');
const olga = approver('olga');
const otto = approver('otto');

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const credentials = [{ uid: process.geteuid?.() ?? 0 }];
    const principals = [
      personRecord(ada, ['Administrator', 'Auditor']),
      personRecord(olga, ['Officer']),
      personRecord(otto, ['Officer']),
      { id: 'app', kind: 'workload', owner: 'ada', roles: ['Operator'], credentials },
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ governance: 'records', principals, groups: [] }));
  },
});
const assembly = new Assembly(sidecar);
let app: FerroHsm;
beforeAll(async () => {
  await assembly.join('ada', 'olga', 'otto');
  app = await sidecar.connect();
});
afterAll(async () => {
  await app.close();
  assembly.leave();
});

const data = Buffer.from('what is signed');
let count = 0;

/** A key that only one test uses. */
async function newKey(params: object = { algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] }) {
  count += 1;
  const name = `life/key-${count}`;
  const { result, error } = await assembly.change('olga', 'keys.create', { name, ...params });
  if (error !== undefined) throw new Error(error.data.detail);
  return { name, record: (result as { record: KeyRecord }).record };
}

function change(verb: string, name: string, params: object = {}) {
  return assembly.change('olga', `keys.${verb}`, { name, ...params });
}

async function states(name: string): Promise<string> {
  return (await app.keys.get(name)).record.versions.map(({ state }) => state).join(' ');
}

/** What using the key leads to: `ok`, or the code of the refusal. */
async function outcome(use: Promise<unknown>): Promise<string> {
  try {
    await use;
    return 'ok';
  } catch (error) {
    const { cause, code } = error as { cause?: { code?: string }; code?: string };
    return cause?.code ?? String(code);
  }
}

/** Otto consents to whatever waits of that method. */
async function approvePending(method: string): Promise<void> {
  const { result } = await assembly.ask('otto', 'approvals.list', { state: 'pending' });
  const { approvals } = result as { approvals: HeldApproval[] };
  const waiting = approvals.filter(({ operation }) => operation.method === method);
  expect(waiting).not.toEqual([]);
  for (const approval of waiting) {
    expect(await codeOf(assembly.approve(otto, approval))).toBe('ok');
  }
}

describe('the states of a key', () => {
  test('rule every use of it, at once, also for those who hold it already', async () => {
    const { name } = await newKey({ algorithm: { name: 'AES-GCM', length: 256 }, usages: ['encrypt', 'decrypt'] });
    const { secretKey } = await app.keys.get(name);
    const iv = Buffer.alloc(12, 1);
    const ciphertext = await app.subtle.encrypt({ name: 'AES-GCM', iv }, secretKey, data);
    const encrypt = () => outcome(app.subtle.encrypt({ name: 'AES-GCM', iv }, secretKey, data));
    const decrypt = () => outcome(app.subtle.decrypt({ name: 'AES-GCM', iv }, secretKey, ciphertext));
    const steps = [
      ['suspend', 'suspended', 'key_state', 'key_state'],
      ['resume', 'active', 'ok', 'ok'],
      ['deactivate', 'deactivated', 'key_state', 'ok'],
      ['compromise', 'compromised', 'key_state', 'approval_required'],
    ] as const;
    for (const [verb, state, encrypts, decrypts] of steps) {
      const { error } = await change(verb, name, { reason: `to see it ${state}` });
      expect(error).toBeUndefined();
      expect([await states(name), await encrypt(), await decrypt()]).toEqual([state, encrypts, decrypts]);
    }
    expect(await codeOf(change('resume', name))).toBe('key_state');
    const plaintext = app
      .with({ wait: true })
      .subtle.decrypt({ name: 'AES-GCM', iv }, secretKey, ciphertext)
      .then((bytes) => Buffer.from(bytes));
    await approvePending('subtle.decrypt');
    expect(await plaintext).toEqual(data);
    const records = await assembly.records('ada');
    const moves = records.filter(
      ({ resource, phase, outcome: end }) => resource === name && phase === 'result' && end === 'ok',
    );
    expect(moves.map(({ operation }) => operation)).toEqual([
      ...['keys.create', 'keys.suspend', 'keys.resume', 'keys.deactivate', 'keys.compromise'],
    ]);
    expect(moves.at(-1)?.details).toMatchObject({ reason: 'to see it compromised' });
  });

  test('a key that was made ahead of time is used once it is activated', async () => {
    const { name } = await newKey({ algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'], active: false });
    const { privateKey } = await app.keys.get(name);
    expect(await outcome(app.subtle.sign('Ed25519', privateKey, data))).toBe('key_state');
    await change('activate', name);
    expect(await outcome(app.subtle.sign('Ed25519', privateKey, data))).toBe('ok');
  });

  test('an expired key protects nothing more, without anybody having done anything', async () => {
    const expiresAt = Date.now() + 700;
    const { name } = await newKey({ algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'], expiresAt });
    const { privateKey } = await app.keys.get(name);
    expect(await outcome(app.subtle.sign('Ed25519', privateKey, data))).toBe('ok');
    while (Date.now() <= expiresAt) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await outcome(app.subtle.sign('Ed25519', privateKey, data))).toBe('key_state');
    await expect.poll(() => states(name), { timeout: 10_000 }).toBe('deactivated');
  });
});

describe('rotation', () => {
  test('moves one name from RSA over a composite signature to ML-DSA, and what was signed stays good', async () => {
    const { name, record } = await newKey({
      algorithm: { name: 'RSA-PSS', modulusLength: 3072, publicExponent: 'AQAB', hash: 'SHA-256' },
      usages: ['sign', 'verify'],
    });
    const algorithms = ['MLDSA65-Ed25519-SHA512', 'ML-DSA-65'];
    const signatures = [await signed(name)];
    for (const algorithm of algorithms) {
      await change('rotate', name, { algorithm: { name: algorithm }, reason: 'post-quantum' });
      signatures.push(await signed(name));
    }
    const key = await app.keys.get(name);
    expect(key.id).toBe(record.id);
    expect(key.record.versions.map(({ algorithm }) => algorithm.name)).toEqual(['RSA-PSS', ...algorithms]);
    for (const { version, algorithm, signature } of signatures) {
      const { publicKey } = await key.version(version);
      expect(await app.subtle.verify(algorithm, publicKey, signature, data)).toBe(true);
      const [other] = signatures.filter((candidate) => candidate.version !== version);
      expect(await app.subtle.verify(algorithm, publicKey, other?.signature ?? data, data)).toBe(false);
    }
  });

  async function signed(name: string) {
    const key = await app.keys.get(name);
    const { name: algorithmName } = key.privateKey.algorithm;
    const algorithm = algorithmName === 'RSA-PSS' ? { name: algorithmName, saltLength: 32 } : { name: algorithmName };
    const signature = await app.subtle.sign(algorithm, key.privateKey, data);
    return { version: key.versionNumber, algorithm, signature };
  }

  test('lets whoever holds the version before go on for the overlap, and no longer', async () => {
    const { name } = await newKey();
    const before = await app.keys.get(name);
    await change('rotate', name, { overlapSeconds: 1 });
    const after = await app.keys.get(name);
    expect([before.versionNumber, after.versionNumber]).toEqual([1, 2]);
    expect(await outcome(app.subtle.sign('Ed25519', before.privateKey, data))).toBe('ok');
    await expect
      .poll(() => outcome(app.subtle.sign('Ed25519', before.privateKey, data)), { timeout: 10_000 })
      .toBe('key_state');
    expect(await outcome(app.subtle.sign('Ed25519', after.privateKey, data))).toBe('ok');
    expect(await states(name)).toMatch(/^(active|deactivated) active$/);
  });

  test('refuses an algorithm that the usages do not fit, or that makes another kind of key', async () => {
    const { name } = await newKey();
    expect(await codeOf(change('rotate', name, { algorithm: { name: 'ML-KEM-768' } }))).toBe('syntax_invalid');
    expect(await codeOf(change('rotate', name, { algorithm: { name: 'HMAC', hash: 'SHA-256', length: 256 } }))).toBe(
      'not_supported',
    );
    expect(await states(name)).toBe('active');
  });

  test('repeated with the same request id makes one version', async () => {
    const { name } = await newKey();
    const request = { name, requestId: randomUUID() };
    const answers = [
      await assembly.ask('olga', 'keys.rotate', request),
      await assembly.ask('olga', 'keys.rotate', request),
    ];
    expect(answers[0]?.result).toEqual(answers[1]?.result);
    expect(await states(name)).toBe('active active');
  });

  test('is not done once more by who knows of an older version than there is', async () => {
    const { name } = await newKey();
    expect(await codeOf(change('rotate', name, { afterVersion: 2 }))).toBe('key_state');
    const asked = (person: string) => codeOf(assembly.change(person, 'keys.rotate', { name, afterVersion: 1 }));
    // Both find version 1 and make a key; one of them comes first.
    expect((await Promise.all(['olga', 'otto'].map(asked))).sort()).toEqual(['key_state', 'ok']);
    expect(await asked('otto')).toBe('key_state');
    expect(await states(name)).toBe('active active');
  });

  test('a rollback needs another person, and its version signs as the one that it copies', async () => {
    const { name } = await newKey();
    await change('rotate', name, { overlapSeconds: 0 });
    const { error } = await assembly.agreed('olga', 'keys.rollback', { name, version: 1 }, [otto]);
    expect(error).toBeUndefined();
    const key = await app.keys.get(name);
    expect(key.versionNumber).toBe(3);
    const signature = await app.subtle.sign('Ed25519', key.privateKey, data);
    const { publicKey } = await key.version(1);
    expect(await app.subtle.verify('Ed25519', publicKey, signature, data)).toBe(true);
    expect(key.record.versions.at(-1)).toMatchObject({ version: 3, copyOf: 1, state: 'active' });
  });
});

describe('minimum versions', () => {
  test('stop a version from one use and not from another', async () => {
    const { name } = await newKey({ algorithm: { name: 'AES-GCM', length: 256 }, usages: ['encrypt', 'decrypt'] });
    const old = await app.keys.get(name);
    const iv = Buffer.alloc(12, 1);
    const ciphertext = await app.subtle.encrypt({ name: 'AES-GCM', iv }, old.secretKey, data);
    await change('rotate', name);
    const encrypt = () => outcome(app.subtle.encrypt({ name: 'AES-GCM', iv }, old.secretKey, data));
    const decrypt = () => outcome(app.subtle.decrypt({ name: 'AES-GCM', iv }, old.secretKey, ciphertext));
    await change('update', name, { minimumVersions: { encrypt: 2 } });
    expect([await encrypt(), await decrypt()]).toEqual(['key_state', 'ok']);
    await change('update', name, { minimumVersions: { decrypt: 2 } });
    expect([await encrypt(), await decrypt()]).toEqual(['ok', 'key_state']);
    await change('update', name, { minimumVersions: {} });
    expect([await encrypt(), await decrypt()]).toEqual(['ok', 'ok']);
    expect(await codeOf(change('update', name, { minimumVersions: { sign: 3 } }))).toBe('invalid_params');
  });
});

describe('destruction', () => {
  test('needs an end of use and another person, can be taken back, and comes at its time', async () => {
    const { name } = await newKey();
    const held = await assembly.ask('olga', 'keys.destroy', { name, requestId: randomUUID() });
    expect(held.error?.data.code).toBe('key_state');
    await change('deactivate', name);
    expect(await codeOf(change('destroy', name))).toBe('approval_required');
    await assembly.agreed('olga', 'keys.destroy', { name, windowSeconds: 3600 }, [otto]);
    expect(await states(name)).toBe('pending-destruction');
    await change('cancelDestruction', name);
    expect(await states(name)).toBe('deactivated');
    await assembly.agreed('olga', 'keys.destroy', { name, windowSeconds: 0, reason: 'end of life' }, [otto]);
    await expect.poll(() => states(name), { timeout: 10_000 }).toBe('destroyed');
    const { privateKey } = await app.keys.get(name);
    expect(await outcome(app.subtle.sign('Ed25519', privateKey, data))).toBe('not_found');
    expect(await codeOf(change('cancelDestruction', name))).toBe('key_state');
    expect(await codeOf(assembly.ask('olga', 'keys.certificate', { name: (await newKey()).name }))).toBe('key_state');
    await expect.poll(() => codeOf(assembly.ask('ada', 'keys.certificate', { name })), { timeout: 20_000 }).toBe('ok');
    const { result } = await assembly.ask('ada', 'keys.certificate', { name });
    const { certificate } = result as { certificate: string };
    const report = await verifyReceipt(certificate, { keys: app.hello.log.keys });
    expect(report).toMatchObject({
      ok: true,
      record: { operation: 'key.destruction', keyName: name, keyVersion: 1, outcome: 'ok', algorithm: 'Ed25519' },
    });
    expect(report.record?.details).toMatchObject({ isSearched: true, isFound: false, reason: 'end of life' });
    const erased = (await assembly.records('ada')).filter(({ operation }) => operation === 'key.erase');
    expect(erased.map(({ phase, outcome: end }) => [phase, end])).toContainEqual(['result', 'ok']);
  });
});

describe('owner, labels and usages', () => {
  test('are changed with the consent of another person, who sees the very change', async () => {
    const { name } = await newKey();
    expect(await codeOf(change('assign', name, { owner: 'app' }))).toBe('approval_required');
    const labels = { service: 'checkout' };
    const { error } = await assembly.agreed('olga', 'keys.assign', { name, owner: 'app', labels }, [otto]);
    expect(error).toBeUndefined();
    expect((await app.keys.get(name)).record).toMatchObject({ owner: 'app', labels, usages: ['sign', 'verify'] });
    await assembly.agreed('olga', 'keys.assign', { name, usages: ['verify'] }, [otto]);
    const more = await assembly.agreed('olga', 'keys.assign', { name, usages: ['sign', 'verify'] }, [otto]);
    expect(more.error?.data.code).toBe('invalid_params');
  });
});

test('who only uses keys decides nothing about their lives, and what is refused changes nothing', async () => {
  const { name } = await newKey();
  const { record } = await app.keys.get(name);
  const requests = [
    app.keys.suspend(name),
    app.keys.rotate(name),
    app.keys.destroy(name),
    app.keys.update(name, { description: 'mine' }),
    app.keys.assign(name, { owner: 'app' }),
    app.keys.compromise(name, { reason: 'no reason' }),
  ];
  for (const request of requests) expect(await outcome(request)).toBe('permission_denied');
  expect((await app.keys.get(name)).record).toEqual(record);
});
