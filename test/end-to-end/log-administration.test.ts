import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type AuditListResult,
  checkSignatures,
  type FerroHsm,
  parseCheckpoint,
  parseVerifierKey,
  verifyReceipt,
} from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { filesBelow, liveSidecar, verifyFolder, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';

const alice = approver('alice');
const bob = approver('bob');
const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const people = [personRecord(alice, ['Administrator']), personRecord(bob, ['Administrator'])];
    const credentials = [{ uid: process.getuid?.() }];
    const owner = { id: 'owner', kind: 'person', roles: ['Operator', 'Auditor'], credentials };
    writeConfig(folders, 'principals.json', JSON.stringify({ principals: [owner, ...people] }));
  },
});
const assembly = new Assembly(sidecar);
beforeAll(() => assembly.join('alice', 'bob'));
afterAll(() => assembly.leave());

/** What alice asks for and bob approves. */
function agreed(method: string, params: object = {}) {
  return assembly.agreed('alice', method, params, [bob]);
}

async function rotated(): Promise<string[]> {
  const { result } = await agreed('audit.rotateKeys');
  return (result as { keys: string[] }).keys;
}

async function restart(): Promise<void> {
  assembly.leave();
  await sidecar.stop();
  await sidecar.start();
  await assembly.join('alice', 'bob');
}

async function randomReceipts(hsm: FerroHsm, count: number): Promise<string[]> {
  const receipts: string[] = [];
  const { system } = hsm.with({ onReceipt: (receipt) => receipts.push(receipt) });
  await Promise.all(Array.from({ length: count }, () => system.random(8)));
  return receipts;
}

async function isValid(receipt: string, keys: readonly string[], successions: readonly string[] = []) {
  return (await verifyReceipt(receipt, { keys, successions })).ok;
}

test.each([
  ['audit.rotateKeys', {}],
  ['audit.setRetention', { keepDays: 30 }],
  ['audit.prune', {}],
  ['audit.erase', { principal: 'bob' }],
])('nobody does %s alone', async (method, params) => {
  const approval = await assembly.held('alice', method, { ...params, requestId: randomUUID() });
  expect(await codeOf(assembly.approve(alice, approval))).toBe('permission_denied');
  expect(await codeOf(assembly.change('alice', method, params))).toBe('approval_required');
});

test('who only reads the log does nothing of it', async () => {
  await using auditor = await sidecar.connect();
  const attempts = [
    auditor.audit.rotateKeys(),
    auditor.audit.setRetention(1),
    auditor.audit.prune(),
    auditor.audit.erase('alice'),
  ];
  for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'permission_denied' });
});

describe('new keys of the log', () => {
  test('sign from then on, and whoever pinned the old ones follows', async () => {
    await using before = await sidecar.connect();
    const oldKeys = before.hello.log.keys;
    const [oldReceipt = ''] = await randomReceipts(before, 1);
    const { note } = await before.audit.checkpoint();

    const newKeys = await rotated();
    expect(newKeys).toHaveLength(2);
    for (const key of newKeys) expect(oldKeys).not.toContain(key);
    await using after = await sidecar.connect();
    expect(after.hello.log.keys).toEqual(newKeys);
    expect((await after.audit.checkpoint()).keys).toEqual(newKeys);
    const [newReceipt = ''] = await randomReceipts(after, 1);

    const report = await verifyFolder(sidecar.folders.log, oldKeys);
    expect(report).toMatchObject({ problems: [], ok: true, keys: newKeys, successions: [expect.any(String)] });
    expect(await verifyFolder(sidecar.folders.log, newKeys)).toMatchObject({ ok: true, successions: [] });

    expect(await isValid(oldReceipt, oldKeys)).toBe(true);
    expect(await isValid(oldReceipt, newKeys)).toBe(false);
    expect(await isValid(newReceipt, newKeys)).toBe(true);
    expect(await isValid(newReceipt, oldKeys)).toBe(false);
    expect(await isValid(newReceipt, oldKeys, report.successions)).toBe(true);
    expect(await isValid(oldReceipt, oldKeys, report.successions)).toBe(true);
    const checkpoint = parseCheckpoint(Buffer.from(note));
    if (checkpoint === undefined) throw new Error('the old checkpoint cannot be read');
    const signatures = await checkSignatures(checkpoint, await Promise.all(oldKeys.map(parseVerifierKey)));
    expect(signatures.map(({ valid }) => valid)).toEqual([true, true]);
  });

  test('outlive a restart, and keys after keys make one chain', async () => {
    await using before = await sidecar.connect();
    const first = before.hello.log.keys;
    const [firstReceipt = ''] = await randomReceipts(before, 1);
    const second = await rotated();
    await restart();
    await using between = await sidecar.connect();
    expect(between.hello.log.keys).toEqual(second);
    const third = await rotated();
    await using after = await sidecar.connect();
    expect(after.hello.log.keys).toEqual(third);
    const [receipt = ''] = await randomReceipts(after, 1);

    const { successions, keys, ok } = await verifyFolder(sidecar.folders.log, first);
    expect({ ok, keys, rotations: successions.length }).toEqual({ ok: true, keys: third, rotations: 2 });
    expect(await isValid(receipt, first, successions)).toBe(true);
    expect(await isValid(receipt, second, successions)).toBe(true);
    expect(await isValid(receipt, first, successions.slice(0, 1))).toBe(false);
    expect(await isValid(receipt, first, successions.slice(1))).toBe(false);
    expect(await isValid(firstReceipt, first, successions)).toBe(true);
  });

  test('come while operations go on: each receipt is signed by the old or by the new ones', async () => {
    await using hsm = await sidecar.connect();
    const oldKeys = hsm.hello.log.keys;
    const receipts: string[] = [];
    const { system } = hsm.with({ onReceipt: (receipt) => receipts.push(receipt) });
    let isOver = false;
    const working = Array.from({ length: 8 }, async () => {
      while (!isOver) await system.random(8);
    });
    const newKeys = await rotated();
    await randomReceipts(hsm, 1);
    isOver = true;
    await Promise.all(working);

    const { successions, ok } = await verifyFolder(sidecar.folders.log, oldKeys);
    expect(ok).toBe(true);
    for (const receipt of receipts) expect(await isValid(receipt, oldKeys, successions)).toBe(true);
    const signers = await Promise.all(
      receipts.map(async (receipt) => [await isValid(receipt, oldKeys), await isValid(receipt, newKeys)]),
    );
    for (const [byOld, byNew] of signers) expect(byOld).toBe(!byNew);
    expect(signers.some(([byOld]) => byOld)).toBe(true);
    expect(signers.some(([, byNew]) => byNew)).toBe(true);
    await using after = await sidecar.connect();
    expect(after.hello.log.keys).toEqual(newKeys);
  });
});

describe('records', () => {
  test('are not pruned until somebody has said how long they are kept, and then no young ones', async () => {
    expect(await codeOf(agreed('audit.prune'))).toBe('retention_missing');
    expect((await agreed('audit.setRetention', { keepDays: 1 })).result).toEqual({ keepDays: 1 });
    await using hsm = await sidecar.connect();
    await randomReceipts(hsm, 600);
    for (const params of [{}, { before: 512 }]) {
      expect((await agreed('audit.prune', params)).result).toEqual({ minimumIndex: 0 });
    }
    const { records } = await hsm.audit.list({ limit: 1 });
    expect(records).toMatchObject([{ index: 0 }]);
    expect(await verifyFolder(sidecar.folders.log, hsm.hello.log.keys)).toMatchObject({ problems: [], ok: true });
  });

  test('lose their person for good when that is erased, and the log still verifies', async () => {
    const keys = await keysToday();
    await using alices = await sidecar.connectWebSocket(tokenOf('alice'));
    await Promise.all(Array.from({ length: 300 }, () => alices.system.random(8)));
    // Only what has left the journal can be erased.
    await restart();
    const before = await allRecords();
    const { result } = await agreed('audit.erase', { principal: 'alice' });
    const { erased, endIndex } = result as { erased: number; endIndex: number };
    expect(endIndex).toBeGreaterThanOrEqual(512);
    const about = (records: AuditListResult['records']) =>
      records.filter(({ index, personal }) => index < endIndex && JSON.stringify(personal ?? {}).includes('alice'));
    expect(about(before).length).toBeGreaterThan(200);
    expect(erased).toBe(about(before).length);

    for (const moment of ['at once', 'after a restart']) {
      const after = await allRecords();
      expect(about(after), moment).toEqual([]);
      const erasedIndexes = new Set(about(before).map(({ index }) => index));
      for (const { index, record, personal } of before) {
        if (index >= endIndex) continue;
        const now = after[index];
        expect(now?.record).toEqual(record);
        expect(now?.personal).toEqual(erasedIndexes.has(index) ? undefined : personal);
      }
      expect(await verifyFolder(sidecar.folders.log, keys)).toMatchObject({ problems: [], ok: true });
      await restart();
    }
    expect(personalBundlesBelow(endIndex)).not.toContain('"alice"');
    expect(personalBundlesBelow(endIndex)).toContain('"owner"');
  });
});

async function keysToday(): Promise<readonly string[]> {
  await using hsm = await sidecar.connect();
  return hsm.hello.log.keys;
}

async function allRecords(): Promise<AuditListResult['records']> {
  await using hsm = await sidecar.connect();
  const records: AuditListResult['records'] = [];
  for (;;) {
    const page = await hsm.audit.list({ start: records.length, limit: 1000 });
    records.push(...page.records);
    if (page.records.length < 1000) return records;
  }
}

/** What the files say of people in the full bundles up to there. */
function personalBundlesBelow(endIndex: number): string {
  const full = filesBelow(sidecar.folders.log).filter((path) => /\/personal\/(x\d{3}\/)*\d{3}$/.test(path));
  const isBelow = (path: string) => Number(path.slice(-3)) < endIndex / 256;
  return full
    .filter(isBelow)
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}
