import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyLog, verifyReceipt } from '../../../sdk/src/transparency/transparency.ts';
import type { SidecarError } from '../errors.ts';
import { verifierKeys } from './checkpoint.ts';
import { appendMany, logOrigin, openLog, signersOf, sourceOf, temporaryFolder } from './test-log.ts';

async function prunedLog(folder: string) {
  const log = await openLog(folder);
  await appendMany(log, 0, 1000);
  await log.checkpoint();
  await log.prune(512);
  return log;
}

test('what is left of a pruned log verifies, and what is gone is gone', async () => {
  using folder = temporaryFolder();
  const log = await prunedLog(folder.path);
  expect(log.minimumIndex).toBe(512);
  expect((await log.records(0, 3)).map(({ index }) => index)).toEqual([512, 513, 514]);
  for (const name of ['tile/entries/000', 'tile/0/001', 'personal/000']) {
    expect(existsSync(join(folder.path, name))).toBe(false);
  }
  const receipt = await log.receipt(513);
  expect(await verifyReceipt(receipt, { keys: log.verifierKeys })).toMatchObject({ ok: true, index: 513 });
  await appendMany(log, 1000, 300);
  await log.close();
  const report = await verifyLog(sourceOf(folder.path), { keys: log.verifierKeys });
  expect(report).toMatchObject({ ok: true, problems: [], size: 1300, minimumIndex: 512 });
});

test('a pruned log goes on after a restart, and is pruned further', async () => {
  using folder = temporaryFolder();
  await (await prunedLog(folder.path)).close();
  const log = await openLog(folder.path);
  expect(log.minimumIndex).toBe(512);
  await log.prune(768);
  await log.prune(256);
  expect(log.minimumIndex).toBe(768);
  await log.close();
  expect(await verifyLog(sourceOf(folder.path), { keys: log.verifierKeys })).toMatchObject({ ok: true });
});

test('nothing is pruned that no checkpoint covers', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  await appendMany(log, 0, 300);
  await expect(log.prune(256)).rejects.toMatchObject({ code: 'data_invalid' });
  expect(log.minimumIndex).toBe(0);
  await log.close();
});

test('a note that the log did not sign stops the start, and a bundle removed by hand does not verify', async () => {
  using folder = temporaryFolder();
  const log = await prunedLog(folder.path);
  await log.close();
  rmSync(join(folder.path, 'tile/entries/002'));
  expect((await verifyLog(sourceOf(folder.path), { keys: log.verifierKeys })).ok).toBe(false);
  const path = join(folder.path, 'retention');
  writeFileSync(path, readFileSync(path, 'utf8').replace('minimum-index 512', 'minimum-index 768'));
  await expect(openLog(folder.path)).rejects.toMatchObject({ code: 'audit_corrupt' });
});

test('who did it can be erased for good, and the log still verifies', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  const by = (principal: string, details = {}) =>
    log.append({ phase: 'use', operation: 'subtle.sign', outcome: 'ok', personal: { principal, details } });
  for (let i = 0; i < 300; i += 1) await by(i % 2 === 0 ? 'zoe' : 'adam', i === 1 ? { approvers: 'bert,zoe' } : {});
  const later = log;
  expect(await later.erasePersonal('zoe', 300)).toEqual({ erased: 129, endIndex: 256 });
  const records = await later.records(0, 300);
  expect(records.slice(0, 4).map(({ personal }) => personal?.principal)).toEqual([
    undefined,
    undefined,
    undefined,
    'adam',
  ]);
  expect(records.slice(256).filter(({ personal }) => personal === undefined)).toEqual([]);
  expect(readFileSync(join(folder.path, 'personal/000')).includes('zoe')).toBe(false);
  await later.close();
  expect(await verifyLog(sourceOf(folder.path), { keys: later.verifierKeys })).toMatchObject({ ok: true });
  const reopened = await openLog(folder.path);
  expect((await reopened.records(0, 1))[0]?.personal).toBeUndefined();
  await reopened.close();
});

/** What a crash leaves between the note and the end of the removal, and between tiles and their checkpoint. */
test('a start finishes a pruning that was cut off, and sweeps what belongs to no checkpoint', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  await appendMany(log, 0, 1000);
  await log.checkpoint();
  using before = temporaryFolder();
  cpSync(folder.path, before.path, { recursive: true });
  await log.prune(512);
  await log.close();
  const left = ['tile/entries/001', 'personal/001', 'tile/0/001'];
  for (const name of left) cpSync(join(before.path, name), join(folder.path, name));
  const orphans = ['personal/002.p/154', 'personal/002.tmp'];
  for (const name of orphans) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true });
    writeFileSync(join(folder.path, name), 'zoe');
  }
  const started = await openLog(folder.path);
  for (const name of [...left, ...orphans]) expect(existsSync(join(folder.path, name)), name).toBe(false);
  await started.close();
  expect(await verifyLog(sourceOf(folder.path), { keys: log.verifierKeys })).toMatchObject({ ok: true });
});

test.each(['tile/entries/001', 'tile/0/001', 'tile/1/000.p/3', 'personal/000'])(
  'a log without %s is not started, and one that is open stops by itself',
  async (name) => {
    using folder = temporaryFolder();
    const failures: SidecarError[] = [];
    const log = await openLog(join(folder.path, 'open'), { onFailure: (error) => failures.push(error) });
    await appendMany(log, 0, 1000);
    await log.checkpoint();
    cpSync(join(folder.path, 'open'), join(folder.path, 'copy'), { recursive: true });
    rmSync(join(folder.path, 'copy', name));
    await expect(openLog(join(folder.path, 'copy'))).rejects.toMatchObject({ code: 'audit_corrupt' });
    if (!name.includes('.p/')) {
      rmSync(join(folder.path, 'open', name));
      await expect.poll(() => failures, { timeout: 10_000 }).toMatchObject([{ code: 'audit_corrupt' }]);
    }
    await log.close();
  },
);

test('who pins only the new keys verifies a log that was pruned before its rotation', async () => {
  using folder = temporaryFolder();
  const log = await prunedLog(folder.path);
  const next = signersOf(11);
  await log.rotateKeys(next);
  await log.close();
  const keys = verifierKeys(logOrigin, next);
  expect(await verifyLog(sourceOf(folder.path), { keys })).toMatchObject({ ok: true, minimumIndex: 512 });
  const again = await openLog(folder.path, { signers: next, earlierSigners: [signersOf(1)] });
  expect(again.minimumIndex).toBe(512);
  await again.close();
});
