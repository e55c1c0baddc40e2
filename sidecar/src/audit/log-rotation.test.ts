import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyLog, verifyReceipt } from '../../../sdk/src/transparency/transparency.ts';
import { verifierKeys } from './checkpoint.ts';
import { appendMany, entry, logOrigin, openLog, signersOf, sourceOf, temporaryFolder } from './test-log.ts';

const [first, second, third] = [signersOf(1), signersOf(11), signersOf(21)];
const keysOf = (signers: typeof first) => verifierKeys(logOrigin, signers);

test('whoever pinned the old keys follows them to the new ones, over several rotations and restarts', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path, { signers: first });
  await appendMany(log, 0, 300);
  const oldReceipt = await log.receipt(7);
  await log.rotateKeys(second);
  expect(log.verifierKeys).toEqual(keysOf(second));
  await appendMany(log, 300, 10);
  await log.close();
  const again = await openLog(folder.path, { signers: second, earlierSigners: [first] });
  await again.rotateKeys(third);
  await again.append(entry(310));
  await again.close();
  for (const pinned of [first, second, third]) {
    const report = await verifyLog(sourceOf(folder.path), { keys: keysOf(pinned) });
    expect(report).toMatchObject({ ok: true, problems: [], size: 313, keys: [...keysOf(third)] });
  }
  expect(await verifyReceipt(oldReceipt, { keys: keysOf(first) })).toMatchObject({ ok: true });
  const stranger = await verifyLog(sourceOf(folder.path), { keys: keysOf(signersOf(31)) });
  expect(stranger.ok).toBe(false);
});

test('a rotation that a crash cut off before its record is made good at the next start', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path, { signers: first });
  await appendMany(log, 0, 5);
  await log.close();
  // The store has the new keys already, the log knows nothing of them.
  const started = await openLog(folder.path, { signers: second, earlierSigners: [first] });
  expect(started.verifierKeys).toEqual(keysOf(second));
  await started.close();
  expect(await verifyLog(sourceOf(folder.path), { keys: keysOf(first) })).toMatchObject({ ok: true, size: 6 });
  expect(await verifyLog(sourceOf(folder.path), { keys: keysOf(second) })).toMatchObject({ ok: true, size: 6 });
});

test('a rotation that a crash cut off behind its record is made good at the next start', async () => {
  using folder = temporaryFolder();
  const running = join(folder.path, 'running');
  const log = await openLog(running, { signers: first });
  await appendMany(log, 0, 5);
  await log.checkpoint();
  const rotated = log.rotateKeys(second);
  while (log.size === 5) await new Promise((resolve) => setImmediate(resolve));
  cpSync(running, join(folder.path, 'crashed'), { recursive: true });
  await rotated;
  await log.close();
  const started = await openLog(join(folder.path, 'crashed'), { signers: second, earlierSigners: [first] });
  await started.close();
  expect(await verifyLog(sourceOf(join(folder.path, 'crashed')), { keys: keysOf(first) })).toMatchObject({ ok: true });
});

test('without the earlier keys the log is not opened', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path, { signers: first });
  await log.close();
  await expect(openLog(folder.path, { signers: second })).rejects.toMatchObject({ code: 'audit_corrupt' });
});
