import { hash } from 'node:crypto';
import { cpSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signCheckpoint, verifierKeys } from '../../../sidecar/src/audit/checkpoint.ts';
import {
  appendMany,
  entriesOnDisk,
  logOrigin,
  naiveRoot,
  openLog,
  signers,
  sourceOf,
  temporaryFolder,
} from '../../../sidecar/src/audit/test-log.ts';
import { verifyLog } from './verify-log.ts';

const logSize = 700;
const keys = verifierKeys(logOrigin, signers);
const folder = temporaryFolder();
const template = join(folder.path, 'log');

beforeAll(async () => {
  const log = await openLog(template);
  await appendMany(log, 0, logSize);
  await log.close();
});
afterAll(() => folder[Symbol.dispose]());

/** The report on a copy of the log that was altered. */
async function reportOn(alter: (path: string) => void, given: readonly string[] = keys) {
  using copy = temporaryFolder();
  const path = join(copy.path, 'log');
  cpSync(template, path, { recursive: true });
  alter(path);
  return await verifyLog(sourceOf(path), { keys: given });
}

function overwrite(path: string, change: (bytes: Buffer) => Buffer): void {
  writeFileSync(path, change(readFileSync(path)));
}

const flip = (at: number) => (bytes: Buffer) => {
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  return bytes;
};

/** What somebody with the log's keys could write: a bundle, its tiles and a checkpoint that fit together. */
function forge(path: string, index: number, change: (record: Record<string, unknown>) => string): void {
  const entries = entriesOnDisk(path, logSize);
  const record = JSON.parse(entries[index]?.toString() ?? '') as Record<string, unknown>;
  entries[index] = Buffer.from(change(record));
  const bundles = globSync('tile/entries/**', { cwd: path }).filter((name) => statSync(join(path, name)).isFile());
  for (const name of bundles) {
    const first = Number(/entries\/(\d+)/.exec(name)?.[1]) * 256;
    const own = entries.slice(first, first + 256).map((entry) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return Buffer.concat([length, entry]);
    });
    writeFileSync(join(path, name), Buffer.concat(own));
    const leaves = entries
      .slice(first, first + 256)
      .map((entry) => hash('sha256', Buffer.concat([Buffer.of(0), entry]), 'buffer'));
    writeFileSync(join(path, name.replace('entries', '0')), Buffer.concat(leaves));
  }
  writeFileSync(
    join(path, 'tile/1/000.p/2'),
    Buffer.concat([0, 256].map((at) => naiveRoot(entries.slice(at, at + 256)))),
  );
  const note = signCheckpoint(logOrigin, { size: logSize, root: naiveRoot(entries) }, signers, 0);
  writeFileSync(join(path, 'checkpoint'), note);
}

test('the untouched log verifies, with both keys and with either', async () => {
  const report = await reportOn(() => undefined);
  expect(report).toMatchObject({ ok: true, origin: logOrigin, size: logSize, problems: [] });
  expect(report.root).toBe(naiveRoot(entriesOnDisk(template, logSize)).toString('hex'));
  expect(report.signatures).toEqual([
    { name: logOrigin, algorithm: 'Ed25519', valid: true },
    { name: logOrigin, algorithm: 'ML-DSA-44 cosignature', valid: true },
  ]);
  for (const [i, key] of keys.entries()) {
    const { ok, signatures } = await reportOn(() => undefined, [key]);
    expect([ok, signatures.map(({ valid }) => valid)]).toEqual([
      true,
      i === 0 ? [true, 'unchecked'] : ['unchecked', true],
    ]);
  }
});

test('progress is told after each bundle', async () => {
  const told: [number, number][] = [];
  await verifyLog(sourceOf(template), { keys, onProgress: (done, total) => told.push([done, total]) });
  expect(told).toEqual([
    [256, logSize],
    [512, logSize],
    [logSize, logSize],
  ]);
});

test('without a key it is a TypeError', async () => {
  await expect(verifyLog(sourceOf(template), { keys: [] })).rejects.toBeInstanceOf(TypeError);
});

test('a key of somebody else is not enough', async () => {
  const others = verifierKeys('hsm.example/other', signers);
  expect(await reportOn(() => undefined, others)).toMatchObject({
    ok: false,
    problems: [`checkpoint: no valid signature of ${logOrigin} with a given key`],
  });
});

test.each([
  'checkpoint',
  'tile/0/000',
  'tile/0/002.p/188',
  'tile/1/000.p/2',
  'tile/entries/001',
  'tile/entries/002.p/188',
])('a flipped bit anywhere in %s is found', async (name) => {
  const { size } = statSync(join(template, name));
  for (let at = 0; at < size; at += Math.ceil(size / 40)) {
    const { ok, problems } = await reportOn((path) => overwrite(join(path, name), flip(at)));
    expect(ok, `byte ${at}`).toBe(false);
    expect(problems).not.toEqual([]);
  }
});

test.each([
  'checkpoint',
  'tile/0/001',
  'tile/0/002.p/188',
  'tile/1/000.p/2',
  'tile/entries/000',
  'tile/entries/002.p/188',
])('%s is named when it is missing, and when it is cut', async (name) => {
  const missing = await reportOn((path) => rmSync(join(path, name)));
  expect(missing).toMatchObject({ ok: false, problems: expect.arrayContaining([`${name}: missing`]) });
  const cut = await reportOn((path) => overwrite(join(path, name), (bytes) => bytes.subarray(0, -1)));
  expect(cut).toMatchObject({ ok: false, problems: expect.arrayContaining([`${name}: malformed`]) });
});

test('an altered entry is named by its index', async () => {
  const bundle = 'tile/entries/001';
  const at = readFileSync(join(template, bundle)).indexOf('"number":300,') === -1 ? '"number":300' : '"number":300,';
  const report = await reportOn((path) =>
    overwrite(join(path, bundle), (bytes) =>
      Buffer.from(bytes.toString('latin1').replace(at, at.replace('300', '301')), 'latin1'),
    ),
  );
  expect(report).toMatchObject({ ok: false, firstBadEntry: 300 });
  expect(report.problems[0]).toBe('entry 300: not what tile/0/001 says');
});

test('an altered tile is told from an altered entry', async () => {
  const report = await reportOn((path) => overwrite(join(path, 'tile/0/001'), flip(32 * 5)));
  expect(report).toMatchObject({ ok: false, problems: ['tile/0/001: differs from the entries, first at entry 261'] });
  expect(report.firstBadEntry).toBeUndefined();
});

test('a missing bundle names the first entry that is gone', async () => {
  expect(await reportOn((path) => rmSync(join(path, 'tile/entries/001')))).toMatchObject({
    ok: false,
    firstBadEntry: 256,
  });
});

test('a full tile serves where its partial version is gone', async () => {
  using copy = temporaryFolder();
  const log = await openLog(copy.path);
  await appendMany(log, 0, 200);
  const older = await log.checkpoint();
  await appendMany(log, 200, 100);
  await log.close();
  writeFileSync(join(copy.path, 'checkpoint'), older);
  expect(await verifyLog(sourceOf(copy.path), { keys })).toMatchObject({ ok: true, size: 200 });
});

test('a forgery that keeps records well-formed is accepted, which is what the next tests stand on', async () => {
  const report = await reportOn((path) => forge(path, 400, (record) => JSON.stringify(record)));
  expect(report).toMatchObject({ ok: true, problems: [] });
});

test.each([
  ['no record: not JSON', () => 'x'],
  ['no record: member "outcome" not allowed', (record: object) => JSON.stringify({ ...record, outcome: 'fine' })],
  ['no record: not in canonical form', (record: object) => `${JSON.stringify(record)}\n`],
])('a signed log with an entry that is %s does not verify', async (problem, change) => {
  expect(await reportOn((path) => forge(path, 400, change))).toMatchObject({
    ok: false,
    firstBadEntry: 400,
    problems: [`entry 400: ${problem}`],
  });
});

test('a signed log whose time goes back does not verify', async () => {
  const report = await reportOn((path) => forge(path, 400, (record) => JSON.stringify({ ...record, time: 5 })));
  expect(report).toMatchObject({ ok: false, firstBadEntry: 400 });
  expect(report.problems[0]).toMatch(/^entry 400: time 5 is before \d+/);
});

test('a log beyond a full tile of tiles verifies', async () => {
  using copy = temporaryFolder();
  const log = await openLog(copy.path, { segmentBytes: 4 << 20 });
  for (let start = 0; start < 65_800; start += 6580) await appendMany(log, start, 6580);
  await log.close();
  expect(globSync('tile/2/000.p/1', { cwd: copy.path })).toHaveLength(1);
  expect(await verifyLog(sourceOf(copy.path), { keys })).toMatchObject({ ok: true, size: 65_800, problems: [] });
  rmSync(join(copy.path, 'tile/1/000'));
  expect(await verifyLog(sourceOf(copy.path), { keys })).toMatchObject({
    ok: false,
    problems: ['tile/1/000: missing'],
  });
});
