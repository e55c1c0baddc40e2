import { readdirSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyLog } from '../../../sdk/src/transparency/transparency.ts';
import type { SidecarError } from '../errors.ts';
import {
  appendMany,
  entriesOnDisk,
  entry,
  headOf,
  logOrigin,
  naiveRoot,
  openLog,
  sourceOf,
  temporaryFolder,
} from './test-log.ts';

const audit_corrupt = expect.objectContaining({ code: 'audit_corrupt' });
const audit_unavailable = expect.objectContaining({ code: 'audit_unavailable' });

test('records get consecutive indexes and can be read back, from memory and from disk', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  expect(await appendMany(log, 0, 300)).toEqual(Array.from({ length: 300 }, (_, i) => i));
  const before = await log.records(250, 20);
  await log.checkpoint();
  expect(await log.records(250, 20)).toEqual(before);
  expect(before.map(({ index, record }) => [index, record.details?.number])).toEqual(
    Array.from({ length: 20 }, (_, i) => [250 + i, 250 + i]),
  );
  expect(await log.records(299, 10)).toHaveLength(1);
  expect(await log.records(300, 10)).toEqual([]);
  await log.close();
});

test.each([0, 1, 255, 256, 257, 1000])(
  'a log of %i records has the root of RFC 6962 and verifies with the SDK',
  async (count) => {
    using folder = temporaryFolder();
    const log = await openLog(folder.path);
    await appendMany(log, 0, count);
    const note = await log.checkpoint();
    await log.close();
    const entries = entriesOnDisk(folder.path, count);
    expect(headOf(note)).toEqual({ size: count, root: naiveRoot(entries).toString('base64') });
    expect(entries.map((bytes) => JSON.parse(bytes.toString()).details.number)).toEqual(
      Array.from({ length: count }, (_, i) => i),
    );
    const report = await verifyLog(sourceOf(folder.path), { keys: log.verifierKeys });
    expect(report).toMatchObject({ ok: true, problems: [], size: count, origin: logOrigin });
    expect(report.signatures.map(({ valid }) => valid)).toEqual([true, true]);
  },
);

test('a log goes on after each restart, also over full tiles and with checkpoints between', async () => {
  using folder = temporaryFolder();
  let count = 0;
  for (const more of [0, 2, 100, 154, 2, 254, 0, 300]) {
    const log = await openLog(folder.path);
    expect(log.size).toBe(count);
    await appendMany(log, count, more / 2);
    await log.checkpoint();
    count = log.size;
    await appendMany(log, count, more / 2);
    count = log.size;
    await log.close();
  }
  const log = await openLog(folder.path);
  expect(headOf(await log.checkpoint())).toEqual({
    size: count,
    root: naiveRoot(entriesOnDisk(folder.path, count)).toString('base64'),
  });
  expect(await verifyLog(sourceOf(folder.path), { keys: log.verifierKeys })).toMatchObject({ ok: true, size: count });
  await log.close();
});

test('partial tiles go when the full one is there, and covered journal segments with them', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  for (let i = 0; i < 10; i += 1) {
    await appendMany(log, i * 60, 60);
    await log.checkpoint();
  }
  expect(readdirSync(join(folder.path, 'tile/entries')).sort()).toEqual(['000', '001', '002.p']);
  expect(readdirSync(join(folder.path, 'tile/0')).sort()).toEqual(['000', '001', '002.p']);
  expect(readdirSync(join(folder.path, 'journal')).length).toBeLessThanOrEqual(3);
  await log.close();
});

test('the time never goes back, neither with the clock nor over a restart', async () => {
  using folder = temporaryFolder();
  let clock = 1;
  const now = () => clock;
  const first = await openLog(folder.path, { now: () => 1 });
  await first.close();
  const log = await openLog(folder.path, { now });
  for (const [i, time] of [1000.9, 500, 2000, 10].entries()) {
    clock = time;
    await log.append(entry(i));
  }
  await log.close();
  const again = await openLog(folder.path, { now: () => 7 });
  await again.append(entry(4));
  expect((await again.records(0, 5)).map(({ record }) => record.time)).toEqual([1000, 1000, 2000, 2000, 2000]);
  await again.close();
});

test('who asks for a checkpoint at the same time gets the same one', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  await appendMany(log, 0, 3);
  const notes = await Promise.all([log.checkpoint(), log.checkpoint(), log.checkpoint()]);
  expect(new Set(notes).size).toBe(1);
  expect(headOf(notes[0] ?? '').size).toBe(3);
  expect(readFileSync(join(folder.path, 'checkpoint'), 'utf8')).toBe(notes[0]);
  await log.close();
});

test('while leaves arrive, checkpoints are made without being asked for', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path, { checkpointIntervalMs: 1 });
  await appendMany(log, 0, 3);
  const published = () => headOf(readFileSync(join(folder.path, 'checkpoint'), 'utf8')).size;
  await expect.poll(published, { timeout: 10_000 }).toBe(3);
  await log.close();
});

test('a closed log refuses records, and closing again is fine', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  const pending = log.append(entry(0));
  const closing = log.close();
  expect(await pending).toBe(0);
  await expect(log.append(entry(1))).rejects.toEqual(audit_unavailable);
  await closing;
  await log.close();
  expect(headOf(readFileSync(join(folder.path, 'checkpoint'), 'utf8')).size).toBe(1);
});

test('a record that does not fit an entry bundle is refused and leaves nothing', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  const big = { ...entry(0), resource: 'x'.repeat(65_536) };
  await expect(log.append(big)).rejects.toMatchObject({ code: 'data_invalid' });
  expect(await log.append({ ...entry(0), resource: 'x'.repeat(65_000) })).toBe(0);
  await log.close();
});

test('all that the log writes is for its owner alone', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'a/b');
  const log = await openLog(path);
  await log.append(entry(0));
  await log.close();
  for (const name of ['.', 'journal', 'tile', 'personal']) expect(statSync(join(path, name)).mode & 0o777).toBe(0o700);
  expect(statSync(join(path, 'checkpoint')).mode & 0o777).toBe(0o600);
});

test.each([
  ['unlinked', (path: string) => unlinkSync(path)],
  ['moved away', (path: string) => renameSync(path, `${path}.moved`)],
  [
    'replaced',
    (path: string) => {
      renameSync(path, `${path}.moved`);
      writeFileSync(path, readFileSync(`${path}.moved`));
    },
  ],
])('a journal file that is %s while the log is open stops it at the next checkpoint', async (_, act) => {
  using folder = temporaryFolder();
  const failures: SidecarError[] = [];
  const log = await openLog(folder.path, { onFailure: (error) => failures.push(error) });
  await log.append(entry(0));
  act(join(folder.path, 'journal/00000001'));
  await expect(log.checkpoint()).rejects.toEqual(audit_corrupt);
  await expect(log.append(entry(1))).rejects.toEqual(audit_corrupt);
  expect(failures).toEqual([audit_corrupt]);
  await log.close();
});

test.each(['checkpoint', 'tile'])('a log whose %s is removed while it is open stops by itself', async (name) => {
  using folder = temporaryFolder();
  const failures: SidecarError[] = [];
  const log = await openLog(folder.path, { onFailure: (error) => failures.push(error) });
  await log.append(entry(0));
  await log.checkpoint();
  rmSync(join(folder.path, name), { recursive: true });
  await expect.poll(() => failures, { timeout: 10_000 }).toEqual([audit_corrupt]);
  await expect(log.append(entry(1))).rejects.toEqual(audit_corrupt);
  await log.close();
});

test.each(['', 'two words', 'a+b'])('origin %j is refused', async (origin) => {
  using folder = temporaryFolder();
  await expect(openLog(folder.path, { origin })).rejects.toMatchObject({ code: 'config_invalid' });
});
