import { expect, it } from 'vitest';
import type { AuditLog } from './audit/log.ts';
import { openLog, temporaryFolder } from './audit/test-log.ts';
import { newKey, testStore } from './keystore/test-store.ts';
import { reconcile, recordStop } from './state-record.ts';

const version = '1.0.0';

/** A log and a store that a sidecar has started on, and whatever then happens to them. */
async function started(use: (log: AuditLog, keystore: Awaited<ReturnType<typeof store>>) => Promise<void>) {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  const keystore = await store();
  try {
    await reconcile(log, keystore, version);
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
    await reconcile(log, keystore, version);
    const [record] = await lastRecords(log, 1);
    expect(record).toMatchObject({ operation: 'sidecar.start', details: { stateRoot: await keystore.root() } });
  }));

it('refuses a store that changed without a record', () =>
  started(async (log, keystore) => {
    await keystore.create(newKey('a'));
    await expect(reconcile(log, keystore, version)).rejects.toMatchObject({ code: 'keystore_corrupt' });
  }));

it('closes a change that a crash cut off, whether it happened or not', () =>
  started(async (log, keystore) => {
    await log.append({ phase: 'intent', operation: 'keys.create', outcome: 'pending', id: 'cut-off' });
    await keystore.create(newKey('a'));
    await reconcile(log, keystore, version);
    const [closing, start] = await lastRecords(log, 2);
    expect(closing).toMatchObject({ phase: 'result', id: 'cut-off', outcome: 'failed', error: 'outcome_unknown' });
    expect(start).toMatchObject({ operation: 'sidecar.start' });
  }));

it('takes a release that a crash cut off for no excuse', () =>
  started(async (log, keystore) => {
    await log.append({ phase: 'intent', operation: 'subtle.exportKey', outcome: 'pending', id: 'cut-off' });
    await keystore.create(newKey('a'));
    await expect(reconcile(log, keystore, version)).rejects.toMatchObject({ code: 'keystore_corrupt' });
  }));
