import { expect, it } from 'vitest';
import type { AuditLog } from '../audit/log.ts';
import { openLog, temporaryFolder } from '../audit/test-log.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { newKey, testStore } from '../keystore/test-store.ts';
import { Secret } from '../secret.ts';
import { reconcile, recordStop } from './state-record.ts';

const opening = { sessionKeyAudit: 'durable' } as const;

async function restart(log: AuditLog, keystore: Keystore): Promise<void> {
  await reconcile(log, keystore, { ...opening, found: await keystore.mark() });
}

/** A log and a store that a sidecar has started on, and whatever then happens to them. */
async function started(use: (log: AuditLog, keystore: Awaited<ReturnType<typeof store>>) => Promise<void>) {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  const keystore = await store();
  try {
    await restart(log, keystore);
    await use(log, keystore);
  } finally {
    await log.close();
    await keystore.close();
  }
}

function store() {
  return testStore().open();
}

async function lastRecords(log: AuditLog, count: number) {
  const records = await log.records(log.size - count, count);
  return records.map(({ record }) => record);
}

it('accepts the store that the log ends with', () =>
  started(async (log, keystore) => {
    await keystore.create(newKey('a'));
    await recordStop(log, keystore);
    await restart(log, keystore);
    const [record] = await lastRecords(log, 1);
    expect(record).toMatchObject({ operation: 'sidecar.start', details: { stateRoot: await keystore.root() } });
  }));

it('refuses a store that changed without a record', () =>
  started(async (log, keystore) => {
    await keystore.create(newKey('a'));
    await expect(restart(log, keystore)).rejects.toMatchObject({ code: 'keystore_corrupt' });
  }));

it('closes a change that a crash cut off, whether it happened or not', () =>
  started(async (log, keystore) => {
    await log.append({ phase: 'intent', operation: 'keys.create', outcome: 'pending', id: 'cut-off' });
    await keystore.create(newKey('a'));
    await restart(log, keystore);
    const [closing, start] = await lastRecords(log, 2);
    expect(closing).toMatchObject({ phase: 'result', id: 'cut-off', outcome: 'failed', error: 'outcome_unknown' });
    expect(closing?.details).toEqual({ ...(await keystore.mark()), storeChanged: true });
    expect(start).toMatchObject({ operation: 'sidecar.start' });
  }));

it('does not claim that a change beside others happened or not when their records came after it', () =>
  started(async (log, keystore) => {
    await log.append({ phase: 'intent', operation: 'keys.create', outcome: 'pending', id: 'cut-off' });
    await keystore.create(newKey('a'));
    await log.append({
      phase: 'result',
      operation: 'keys.create',
      outcome: 'ok',
      id: 'another',
      details: { ...(await keystore.mark()) },
    });
    await log.append({ phase: 'intent', operation: 'keys.create', outcome: 'pending', id: 'later' });
    await restart(log, keystore);
    const [early, later] = await lastRecords(log, 3);
    expect(early).toMatchObject({ id: 'cut-off', error: 'outcome_unknown' });
    expect(early?.details).toEqual(await keystore.mark());
    expect(later).toMatchObject({ id: 'later', details: { storeChanged: false } });
  }));

it('takes a release that a crash cut off for no excuse', () =>
  started(async (log, keystore) => {
    await log.append({ phase: 'intent', operation: 'subtle.exportKey', outcome: 'pending', id: 'cut-off' });
    await keystore.create(newKey('a'));
    await expect(restart(log, keystore)).rejects.toMatchObject({ code: 'keystore_corrupt' });
  }));

it('refuses an older copy of the store, although something was under way', () =>
  started(async (log, keystore) => {
    const older = await keystore.mark();
    await keystore.create(newKey('a'));
    await log.append({
      phase: 'result',
      operation: 'keys.create',
      outcome: 'ok',
      details: { ...(await keystore.mark()) },
    });
    await log.append({ phase: 'intent', operation: 'keys.create', outcome: 'pending', id: 'cut-off' });
    await expect(reconcile(log, keystore, { ...opening, found: older })).rejects.toMatchObject({
      code: 'keystore_corrupt',
    });
  }));

it('refuses a store that has seen a start, without a log', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  const keystore = await store();
  using secret = await keystore.systemSecret('audit/digest-key', () => Secret.take(Buffer.alloc(32, 1)));
  expect(secret.length).toBe(32);
  await expect(restart(log, keystore)).rejects.toMatchObject({ code: 'audit_corrupt' });
  await log.close();
  await keystore.close();
});

it('refuses keys without a log', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  const keystore = await store();
  await keystore.create(newKey('a'));
  await expect(restart(log, keystore)).rejects.toMatchObject({ code: 'audit_corrupt' });
  await log.close();
  await keystore.close();
});

it('takes a secret that this very start has made for no change of the store', () =>
  started(async (log, keystore) => {
    const found = await keystore.mark();
    const secret = await keystore.systemSecret('new', () => Secret.take(Buffer.alloc(32, 1)));
    secret.dispose();
    await reconcile(log, keystore, { ...opening, found });
    await restart(log, keystore);
  }));

it('says that answers of session keys do not wait for the disk, and nothing where they do', () =>
  started(async (log, keystore) => {
    const [durable] = await lastRecords(log, 1);
    expect(durable?.details).not.toHaveProperty('sessionKeyAudit');
    await reconcile(log, keystore, { ...opening, sessionKeyAudit: 'buffered', found: await keystore.mark() });
    const [buffered] = await lastRecords(log, 1);
    expect(buffered).toMatchObject({ operation: 'sidecar.start', details: { sessionKeyAudit: 'buffered' } });
  }));

it('says that the process may be debugged, and nothing where it may not', () =>
  started(async (log, keystore) => {
    const [closed] = await lastRecords(log, 1);
    expect(closed?.details).not.toHaveProperty('allowDebugging');
    await reconcile(log, keystore, { ...opening, allowDebugging: true, found: await keystore.mark() });
    const [open] = await lastRecords(log, 1);
    expect(open).toMatchObject({ operation: 'sidecar.start', details: { allowDebugging: true } });
  }));
