import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LogReport, type VerifiedState, verifyLog } from '../../sdk/src/transparency/transparency.ts';
import { appendMany, openLog, temporaryFolder } from '../../sidecar/src/audit/test-log.ts';
import { hasGo, verifyLogWithGo } from '../go/verify-with-go.ts';
import { altered, fileOf, isRefusedByGo, type LogFiles, readLogFiles, sourceOf, splitBundle } from './memory-log.ts';

/** Two full bundles and one that grows. */
const size = 600;
const earlierSize = 400;
const growing = `tile/entries/002.p/${size - 512}`;

const folder = temporaryFolder();
const path = join(folder.path, 'log');
let keys: readonly string[];
let log: LogFiles;
/** The log as it was once, with another end: the same keys signed both. */
let earlier: LogFiles;
let forked: LogFiles;
let detected = 0;

beforeAll(async () => {
  earlier = await grow(path, earlierSize, 0);
  log = await grow(path, size, 0);
  const other = join(folder.path, 'forked');
  await grow(other, earlierSize - 1, 0);
  forked = await grow(other, size, 50_000);
});
afterAll(() => {
  folder[Symbol.dispose]();
  console.log(`rearranged: ${detected} of ${changes.length} detected`);
});

/** Appends up to a size; the records differ by `first`. */
async function grow(at: string, to: number, first: number): Promise<LogFiles> {
  const opened = await openLog(at, { now: () => 1_800_000_000_000 });
  keys = opened.verifierKeys;
  await appendMany(opened, first + opened.size, to - opened.size);
  await opened.close();
  return readLogFiles(at);
}

/** The same bundle with its entries changed. */
function bundle(path: string, change: (entries: Buffer[]) => Buffer[]): Record<string, Buffer> {
  return { [path]: Buffer.concat(change(splitBundle(fileOf(log, path)))) };
}

/** The checkpoint without one of its signature lines. */
function withoutSignature(number: number): Buffer {
  const lines = fileOf(log, 'checkpoint').toString().split('\n');
  const signatures = lines.filter((line) => line.startsWith('— '));
  return Buffer.from(lines.filter((line) => line !== signatures[number]).join('\n'));
}

const changes: readonly (readonly [string, () => Record<string, Buffer | undefined>])[] = [
  ['an entry deleted', () => bundle('tile/entries/001', (entries) => entries.toSpliced(40, 1))],
  ['an entry repeated', () => bundle('tile/entries/001', (entries) => entries.with(41, entries[40] as Buffer))],
  [
    "two entries in each other's place",
    () =>
      bundle('tile/entries/001', (entries) => entries.with(40, entries[41] as Buffer).with(41, entries[40] as Buffer)),
  ],
  ['the last entry cut off', () => bundle(growing, (entries) => entries.slice(0, -1))],
  ['the last bundle cut off', () => ({ [growing]: undefined })],
  ['all after the first bundle cut off', () => ({ 'tile/entries/001': undefined, [growing]: undefined })],
  ['the last byte of a bundle cut off', () => ({ [growing]: fileOf(log, growing).subarray(0, -1) })],
  ['a byte added to a bundle', () => ({ [growing]: Buffer.concat([fileOf(log, growing), Buffer.of(0)]) })],
  [
    "two bundles in each other's place",
    () => ({
      'tile/entries/000': fileOf(log, 'tile/entries/001'),
      'tile/entries/001': fileOf(log, 'tile/entries/000'),
    }),
  ],
  [
    "two bundles and their tiles in each other's place",
    () =>
      Object.fromEntries(
        ['tile/entries', 'tile/0'].flatMap((level) => [
          [`${level}/000`, fileOf(log, `${level}/001`)],
          [`${level}/001`, fileOf(log, `${level}/000`)],
        ]),
      ),
  ],
  ['a full tile missing', () => ({ 'tile/0/001': undefined })],
  ['no checkpoint', () => ({ checkpoint: undefined })],
  ['no Ed25519 signature', () => ({ checkpoint: withoutSignature(0) })],
  ['no ML-DSA-44 signature', () => ({ checkpoint: withoutSignature(1) })],
  ['the checkpoint of a fork', () => ({ checkpoint: fileOf(forked, 'checkpoint') })],
];

test('the untouched log verifies', async () => {
  expect(await verifyLog(sourceOf(log), { keys })).toMatchObject({ ok: true, size, problems: [] });
  expect(await verifyLog(sourceOf(forked), { keys })).toMatchObject({ ok: true, size, problems: [] });
});

test.each(changes)('%s: detected', async (what, change) => {
  const files = altered(log, change());
  const { ok, problems } = await verifyLog(sourceOf(files), { keys });
  expect(ok).toBe(false);
  expect(problems).not.toEqual([]);
  // Go knows the first signature only.
  if (hasGo && what !== 'no ML-DSA-44 signature') expect(await isRefusedByGo(files, keys)).toBe(true);
  detected += 1;
});

/** Goes on from what somebody kept of the log. */
async function resumed(files: LogFiles): Promise<LogReport> {
  let state: VerifiedState | undefined;
  await verifyLog(sourceOf(log), { keys, onState: (latest) => (state = latest) });
  expect(state).toMatchObject({ size });
  return verifyLog(sourceOf(files), { keys, resume: state });
}

test.each([
  ['replaced by an older one', () => earlier],
  ['cut back to an older checkpoint', () => altered(log, { checkpoint: fileOf(earlier, 'checkpoint') })],
  ['replaced by a fork', () => forked],
])('a log that was %s is valid in itself, and detected by whoever kept a state', async (_, files) => {
  expect(await verifyLog(sourceOf(files()), { keys })).toMatchObject({ ok: true });
  const { ok, problems } = await resumed(files());
  expect(ok).toBe(false);
  expect(problems).not.toEqual([]);
  expect(await resumed(log)).toMatchObject({ ok: true, problems: [] });
});

test.skipIf(!hasGo)('a fork is detected by Go with a kept checkpoint', async () => {
  const kept = join(path, 'checkpoint');
  expect(await verifyLogWithGo(path, keys, kept)).toMatchObject({ ok: true });
  const verdict = await verifyLogWithGo(join(folder.path, 'forked'), keys, kept);
  expect(verdict).toMatchObject({ ok: false, text: expect.stringMatching(/^not the continuation of size 600/) });
});
