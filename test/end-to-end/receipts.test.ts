import { createHash, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AuditRecord,
  type FerroHsm,
  parseProof,
  type ReceiptReport,
  type ViewOptions,
  verifyReceipt,
} from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasGo, verifyReceiptWithGo } from '../go/verify-with-go.ts';
import { WireClient, type WireResponse } from '../wire/wire-client.ts';
import { approver, type HeldApproval, personRecord } from './approvers.ts';
import { Assembly } from './assembly.ts';
import { LiveSidecar, liveSidecar, verifyFolder, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';

const bob = approver('bob');
const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const credentials = [{ uid: process.getuid?.() }];
    const owner = { id: 'owner', kind: 'person', roles: ['Officer', 'Operator', 'Auditor'], credentials };
    const principals = [owner, personRecord(bob, ['Officer', 'Operator'])];
    writeConfig(folders, 'principals.json', JSON.stringify({ principals }));
  },
});
const assembly = new Assembly(sidecar);
const other = new LiveSidecar(['--session-key-audit', 'buffered']);

let hsm: FerroHsm;
let otherKeys: readonly string[];
beforeAll(async () => {
  hsm = await sidecar.connect();
  await assembly.join('bob');
  await other.start();
  await using elsewhere = await other.connect();
  otherKeys = elsewhere.hello.log.keys;
});
afterAll(async () => {
  assembly.leave();
  await hsm.close();
  await other.discard();
});

const data = Buffer.from('invoice 4711');

type Clients = ReturnType<FerroHsm['with']>;

/** The receipts of what an action does, in the order in which it did it. */
async function receiptsOf(
  action: (clients: Clients) => Promise<unknown>,
  { from = hsm, ...view }: ViewOptions & { readonly from?: FerroHsm } = {},
): Promise<string[]> {
  const receipts: string[] = [];
  await action(from.with({ ...view, onReceipt: (receipt) => receipts.push(receipt) }));
  return receipts;
}

/** What a receipt says, once it has been verified by the keys of the log, by Go, and not by those of another log. */
async function verified(receipt: string | undefined, keys: readonly string[] = hsm.hello.log.keys) {
  if (receipt === undefined) throw new Error('there is no receipt');
  const report = await verifyReceipt(receipt, { keys });
  expect(report).toMatchObject({ problems: [], ok: true });
  expect((await verifyReceipt(receipt, { keys: otherKeys === keys ? hsm.hello.log.keys : otherKeys })).ok).toBe(false);
  await expectGoToAgree(receipt, keys);
  return report as ReceiptReport & { readonly record: AuditRecord };
}

async function expectGoToAgree(receipt: string, keys: readonly string[]): Promise<void> {
  if (!hasGo) return;
  const file = join(sidecar.folders.root, `${randomUUID()}.tlog-proof`);
  writeFileSync(file, receipt);
  expect(await verifyReceiptWithGo(file, keys)).toMatchObject({ ok: true });
}

describe('the receipt', () => {
  test('of a signature names operation, key and the keyed digest of what was signed, and no person', async () => {
    const key = await hsm.keys.create({ name: 'invoices', algorithm: 'Ed25519', usages: ['sign', 'verify'] });
    const receipts = await receiptsOf(async ({ subtle }) => {
      for (const text of [data, data, Buffer.from('invoice 4712')]) await subtle.sign('Ed25519', key.privateKey, text);
    });
    const [first, second, third] = await Promise.all(receipts.map((receipt) => verified(receipt)));
    expect(first?.record).toMatchObject({
      phase: 'use',
      operation: 'subtle.sign',
      outcome: 'ok',
      resource: `${key.id}/1`,
      keyName: 'invoices',
      keyVersion: 1,
      algorithm: 'Ed25519',
      details: { data: expect.any(String) },
    });
    expect(second?.record.details?.data).toBe(first?.record.details?.data);
    expect(third?.record.details?.data).not.toBe(first?.record.details?.data);
    const plain = createHash('sha256').update(data);
    expect(first?.record.details?.data).not.toContain(plain.digest('base64url'));
    expect(Buffer.from(parseProof(receipts[0] ?? '')?.extra ?? '').toString()).not.toMatch(/owner|uid/);
  });

  test('of a call that is refused says so', async () => {
    const [receipt, ...others] = await receiptsOf(({ keys }) =>
      expect(keys.get('nothing')).rejects.toMatchObject({ code: 'not_found' }),
    );
    expect(others).toEqual([]);
    expect((await verified(receipt)).record).toMatchObject({
      operation: 'keys.get',
      outcome: 'denied',
      error: 'not_found',
    });
  });

  test('of a change is that of its result, with the root of the state that it left', async () => {
    const creation = { name: 'created', algorithm: 'Ed25519', usages: ['sign', 'verify'] } as const;
    const [receipt] = await receiptsOf(({ keys }) => keys.create({ ...creation, usages: [...creation.usages] }));
    expect((await verified(receipt)).record).toMatchObject({
      phase: 'result',
      id: expect.any(String),
      operation: 'keys.create',
      outcome: 'ok',
      details: { stateRoot: expect.any(String), stateCounter: expect.any(Number) },
    });
  });

  test('of an operation that people approve comes when it is held, and when it has happened', async () => {
    await hsm.keys.create({
      name: 'vault',
      algorithm: { name: 'AES-GCM', length: 256 },
      usages: ['encrypt', 'decrypt'],
    });
    const consented = Promise.withResolvers<void>();
    const onHeld = ({ id }: { readonly id: string }) => consentTo(id).then(consented.resolve, consented.reject);
    const receipts = await receiptsOf(({ keys }) => keys.export('vault', 'raw-secret'), { wait: true, onHeld });
    await consented.promise;
    const [held, done] = await Promise.all(receipts.map((receipt) => verified(receipt)));
    expect(held?.record).toMatchObject({
      operation: 'keys.export',
      outcome: 'denied',
      error: 'approval_required',
    });
    expect(done?.record).toMatchObject({ phase: 'result', operation: 'keys.export', outcome: 'ok', keyName: 'vault' });
    expect(receipts).toHaveLength(2);
  });

  test('of a use over WebSocket is like any other', async () => {
    await using remote = await sidecar.connectWebSocket(tokenOf('bob'));
    const [receipt] = await receiptsOf(({ system }) => system.random(8), { from: remote });
    expect((await verified(receipt)).record).toMatchObject({ operation: 'system.random', outputBytes: 8 });
  });

  test('that was changed, cut or given another record is not valid', async () => {
    const [receipt = '', another = ''] = await receiptsOf(async ({ system }) => {
      for (let i = 0; i < 2; i += 1) await system.random(8);
    });
    const lines = receipt.split('\n');
    const forged = another.split('\n');
    const wrong = [
      lines.with(1, forged[1] ?? '').join('\n'),
      lines.with(2, forged[2] ?? '').join('\n'),
      lines.toSpliced(3, 1).join('\n'),
      lines.slice(0, -2).join('\n'),
      receipt.replace(/^— .*\n/m, ''),
    ];
    for (const text of wrong) expect((await verifyReceipt(text, { keys: hsm.hello.log.keys })).ok).toBe(false);
    expect((await verifyReceipt(receipt, { keys: hsm.hello.log.keys })).ok).toBe(true);
  });
});

async function consentTo(id: string): Promise<void> {
  const { result } = await assembly.ask('bob', 'approvals.get', { id });
  const { error } = await assembly.approve(bob, (result as { approval: HeldApproval }).approval);
  if (error !== undefined) throw new Error(error.data.code);
}

test('an auditor gets the receipt of a record later, by its index', async () => {
  const [receipt] = await receiptsOf(({ system }) => system.random(8));
  const { index, record } = await verified(receipt);
  const later = await verified(await hsm.audit.receipt(index));
  expect(later).toMatchObject({ index, record });
  expect((await hsm.audit.verifyReceipt(receipt ?? '')).ok).toBe(true);
  await expect(hsm.audit.receipt(later.size + 1000)).rejects.toMatchObject({ code: 'not_found' });
  await using operator = await sidecar.connectWebSocket(tokenOf('bob'));
  await expect(operator.audit.receipt(index)).rejects.toMatchObject({ code: 'permission_denied' });
});

describe('on the wire', () => {
  type Receipted = WireResponse & { readonly receipt?: string };

  test('who asks in a batch gets one beside each result and each error, and nobody else', async () => {
    const client = await WireClient.greeted(sidecar.process.socket);
    const request = { jsonrpc: '2.0', method: 'system.random', params: { length: 8 } };
    client.send([
      { ...request, id: 1, receipt: true },
      { ...request, id: 2 },
      { ...request, id: 3, receipt: false },
      { ...request, id: 4, params: { length: 0 }, receipt: true },
      { ...request, id: 5, method: 'no.such', receipt: true },
      { ...request, id: 6, receipt: 'yes' },
    ]);
    const answers = (await client.message()).value as Receipted[];
    const answer = (id: number) => answers.find((one) => one.id === id);
    expect(answers.filter(({ receipt }) => receipt !== undefined).map(({ id }) => id)).toEqual([1, 4]);
    expect(answer(1)?.result).toHaveProperty('bytes');
    expect((await verified(answer(1)?.receipt)).record).toMatchObject({ operation: 'system.random', outcome: 'ok' });
    expect(answer(4)?.error?.data.code).toBe('invalid_params');
    expect((await verified(answer(4)?.receipt)).record).toMatchObject({ outcome: 'failed', error: 'invalid_params' });
    expect(answer(5)?.error?.data.code).toBe('method_not_found');
    expect(answer(6)?.error?.data.code).toBe('invalid_request');
    await client.close();
  });

  test('who is not known gets none', async () => {
    const stranger = await WireClient.open(sidecar.process.socket);
    const params = { protocol: 1, token: 'x'.repeat(43) };
    stranger.send({ jsonrpc: '2.0', id: 1, method: 'system.hello', params, receipt: true });
    const response = await stranger.response();
    expect(response.error?.data.code).toBe('unauthenticated');
    expect(response).not.toHaveProperty('receipt');
    await stranger.close();
  });
});

test('with buffered records it still waits for the disk: a power cut right after it takes nothing away', async () => {
  const elsewhere = await other.connect();
  const pair = await elsewhere.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const [receipt] = await receiptsOf(({ subtle }) => subtle.sign('Ed25519', pair.privateKey, data), {
    from: elsewhere,
  });
  await other.kill();
  await elsewhere.close();
  const { index, record } = await verified(receipt, otherKeys);
  expect(record).toMatchObject({ operation: 'subtle.sign', phase: 'use', outcome: 'ok' });
  await other.start();
  await using back = await other.connect();
  expect((await back.audit.list({ start: index, limit: 1 })).records).toMatchObject([{ index, record }]);
  expect(await verifyFolder(other.folders.log, otherKeys)).toMatchObject({ problems: [], ok: true });
});

test('many that are asked for at once share checkpoints and come within seconds', async () => {
  const startMs = performance.now();
  const receipts = await receiptsOf(({ system }) => Promise.all(Array.from({ length: 200 }, () => system.random(8))));
  const tookMs = performance.now() - startMs;
  const notes = new Set(receipts.map((receipt) => parseProof(receipt)?.checkpoint));
  console.info(`200 receipts in ${Math.round(tookMs)} ms, ${notes.size} checkpoints`);
  expect(receipts).toHaveLength(200);
  expect(notes.size).toBeLessThan(50);
  const reports = await Promise.all(receipts.map((receipt) => verifyReceipt(receipt, { keys: hsm.hello.log.keys })));
  expect(reports.filter(({ ok }) => ok)).toHaveLength(200);
  expect(new Set(reports.map(({ index }) => index)).size).toBe(200);
});
