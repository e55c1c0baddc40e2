import { expect, it } from 'vitest';
import type { AuditEntry, AuditLog } from '../audit/log.ts';
import { openLog, temporaryFolder } from '../audit/test-log.ts';
import { newKey, testStore } from '../keystore/test-store.ts';
import { bookmark, createLogBookmarks } from './log-bookmarks.ts';
import { reconcile } from './state-record.ts';

const use: AuditEntry = { phase: 'use', operation: 'subtle.sign', outcome: 'ok' };
const uses = async (log: AuditLog, count: number) => {
  for (let i = 0; i < count - 1; i += 1) await log.enqueue(use);
  await log.append(use);
};

/** The same log, counting the records that are read. */
function counted(log: AuditLog): { log: AuditLog; read: () => number } {
  let read = 0;
  const records: AuditLog['records'] = async (start, limit) => {
    const page = await log.records(start, limit);
    read += page.length;
    return page;
  };
  const proxy = new Proxy(log, {
    get: (target, name) => {
      if (name === 'records') return records;
      const member = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { log: proxy, read: () => read };
}

it('a start after a crash reads back to the last bookmark, and closes what was under way before it', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path, { companion: createLogBookmarks().after });
  const keystore = await testStore().open();
  const opening = async () => ({ sessionKeyAudit: 'durable', found: await keystore.mark() }) as const;
  await reconcile(log, keystore, await opening());
  await uses(log, 15_000);
  const underWay = await log.append({ phase: 'intent', operation: 'keys.create', outcome: 'pending', id: 'under-way' });
  await keystore.create(newKey('a'));
  await uses(log, 20_000);
  const { log: crashed, read } = counted(log);
  await reconcile(crashed, keystore, await opening());
  expect(read()).toBeLessThan(log.size - underWay + 3000);
  const [closing] = await log.records(log.size - 2, 1);
  expect(closing?.record).toMatchObject({ phase: 'result', id: 'under-way', error: 'outcome_unknown' });
  await uses(log, 25_000);
  const later = counted(log);
  await reconcile(later.log, keystore, await opening());
  expect(later.read()).toBeLessThan(12_000);
  await log.close();
  await keystore.close();
});

it('a bookmark names the last root and how far back something is under way', () => {
  const { after } = createLogBookmarks();
  const written: AuditEntry[] = [];
  const write = (entry: AuditEntry, size: number) =>
    written.push(...[after(entry, size)].filter((it) => it !== undefined));
  for (let i = 0; i < 10_000; i += 1) write(use, i);
  expect(written).toEqual([]);
  write({ ...use, phase: 'event', details: { stateRoot: 'one', stateCounter: 1 } }, 10_000);
  expect(written).toEqual([
    { phase: 'event', operation: bookmark, outcome: 'ok', details: { stateRoot: 'one', stateCounter: 1 } },
  ]);
  write({ ...use, phase: 'intent', id: 'a' }, 10_002);
  write({ ...use, phase: 'intent', id: 'b' }, 10_003);
  write({ ...use, phase: 'result', id: 'a', details: { stateRoot: 'two', stateCounter: 2 } }, 10_004);
  for (let i = 0; i < 10_000; i += 1) write(use, 10_005 + i);
  expect(written.at(-1)?.details).toEqual({ stateRoot: 'two', stateCounter: 2, since: 10_003 });
});
