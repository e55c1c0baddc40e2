import { beforeAll, expect, test, vi } from 'vitest';
import {
  makeLog,
  makeLogSigners,
  makeSigner,
  recordEntries,
  type TestLog,
  type TestSigner,
  testOrigin,
  utf8,
} from './test-log.ts';
import { verifyLog } from './verify-log.ts';

const logSize = 700;
const logEntries = recordEntries(logSize);
let signers: TestSigner[];
let keys: string[];
let template: TestLog;

beforeAll(async () => {
  signers = await makeLogSigners();
  keys = signers.map(({ vkey }) => vkey);
  template = await makeLog(logEntries, signers);
});

type Files = Map<string, Uint8Array>;

/** The report on a copy of the log that was altered. */
function reportOn(alter: (files: Files) => void, given: readonly string[] = keys) {
  const files: Files = new Map(template.files);
  alter(files);
  return verifyLog({ read: async (path) => files.get(path) }, { keys: given });
}

function overwrite(files: Files, path: string, change: (bytes: Uint8Array) => Uint8Array): void {
  files.set(path, change(template.files.get(path) ?? new Uint8Array()));
}

const flip = (at: number) => (bytes: Uint8Array) => bytes.map((byte, i) => (i === at ? byte ^ 0x10 : byte));

/** What somebody with the log's keys could write: a bundle, its tiles and a checkpoint that fit together. */
async function reportOnForged(index: number, change: (record: object) => string) {
  const record = JSON.parse(new TextDecoder().decode(logEntries[index])) as object;
  const forged = await makeLog(logEntries.with(index, utf8(change(record))), signers);
  return verifyLog(forged.source, { keys });
}

test('the untouched log verifies, with both keys and with either', async () => {
  const report = await reportOn(() => undefined);
  expect(report).toMatchObject({ ok: true, origin: testOrigin, size: logSize, problems: [] });
  expect(report.root).toBe(Buffer.from(template.tree.root(0, logSize)).toString('hex'));
  expect(report.signatures).toEqual([
    { name: testOrigin, algorithm: 'Ed25519', valid: true },
    { name: testOrigin, algorithm: 'ML-DSA-44 cosignature', valid: true },
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
  await verifyLog(template.source, { keys, onProgress: (done, total) => told.push([done, total]) });
  expect(told).toEqual([
    [256, logSize],
    [512, logSize],
    [logSize, logSize],
  ]);
});

test('without a key it is a TypeError', async () => {
  await expect(verifyLog(template.source, { keys: [] })).rejects.toBeInstanceOf(TypeError);
});

test('a key of somebody else is not enough', async () => {
  const others = [(await makeSigner('log.example/other', 'Ed25519 log')).vkey];
  expect(await reportOn(() => undefined, others)).toMatchObject({
    ok: false,
    problems: [`checkpoint: no valid signature of ${testOrigin} with a given key`],
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
  const size = template.files.get(name)?.length ?? 0;
  expect(size).toBeGreaterThan(0);
  for (let at = 0; at < size; at += Math.ceil(size / 40)) {
    const { ok, problems } = await reportOn((files) => overwrite(files, name, flip(at)));
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
  const missing = await reportOn((files) => files.delete(name));
  expect(missing).toMatchObject({ ok: false, problems: expect.arrayContaining([`${name}: missing`]) });
  const cut = await reportOn((files) => overwrite(files, name, (bytes) => bytes.subarray(0, -1)));
  expect(cut).toMatchObject({ ok: false, problems: expect.arrayContaining([`${name}: malformed`]) });
});

test('an altered entry is named by its index', async () => {
  const report = await reportOn((files) =>
    overwrite(files, 'tile/entries/001', (bytes) =>
      Buffer.from(Buffer.from(bytes).toString('latin1').replace('"number":300', '"number":301'), 'latin1'),
    ),
  );
  expect(report).toMatchObject({ ok: false, firstBadEntry: 300 });
  expect(report.problems[0]).toBe('entry 300: not what tile/0/001 says');
});

test('an altered tile is told from an altered entry', async () => {
  const report = await reportOn((files) => overwrite(files, 'tile/0/001', flip(32 * 5)));
  expect(report).toMatchObject({ ok: false, problems: ['tile/0/001: differs from the entries, first at entry 261'] });
  expect(report.firstBadEntry).toBeUndefined();
});

test('a missing bundle names the first entry that is gone', async () => {
  expect(await reportOn((files) => files.delete('tile/entries/001'))).toMatchObject({
    ok: false,
    firstBadEntry: 256,
  });
});

test('a full tile serves where its partial version is gone', async () => {
  const older = await makeLog(logEntries.slice(0, 200), signers);
  const grown = await makeLog(logEntries.slice(0, 300), signers);
  overwrite(grown.files, 'checkpoint', () => older.files.get('checkpoint') ?? utf8(''));
  expect(await verifyLog(grown.source, { keys })).toMatchObject({ ok: true, size: 200 });
});

test('a witness of a policy must have cosigned', async () => {
  const witness = await makeSigner('witness.example', 'Ed25519 witness');
  const policy = `log ${keys[0]}\nlog ${keys[1]}\nwitness w ${witness.vkey}\nquorum w\n`;
  expect(await verifyLog(template.source, { policy })).toMatchObject({
    ok: false,
    problems: ['checkpoint: not cosigned by the quorum w of the policy'],
  });
  const cosigned = await makeLog(logEntries, [...signers, witness]);
  expect(await verifyLog(cosigned.source, { policy })).toMatchObject({ ok: true, problems: [] });
});

test('a runtime that hashes only asynchronously comes to the same', async () => {
  vi.stubGlobal('process', undefined);
  vi.resetModules();
  const browser = await import('./verify-log.ts');
  vi.unstubAllGlobals();
  const digest = vi.spyOn(crypto.subtle, 'digest');
  expect(await browser.verifyLog(template.source, { keys })).toEqual(await verifyLog(template.source, { keys }));
  expect(digest.mock.calls.length).toBeGreaterThan(2 * logSize - 10);
});

test('a forgery that keeps records well-formed is accepted, which is what the next tests stand on', async () => {
  const report = await reportOnForged(400, (record) => JSON.stringify(record));
  expect(report).toMatchObject({ ok: true, problems: [] });
});

test.each([
  ['no record: not JSON', () => 'x'],
  ['no record: member "outcome" not allowed', (record: object) => JSON.stringify({ ...record, outcome: 'fine' })],
  ['no record: not in canonical form', (record: object) => `${JSON.stringify(record)}\n`],
])('a signed log with an entry that is %s does not verify', async (problem, change) => {
  expect(await reportOnForged(400, change)).toMatchObject({
    ok: false,
    firstBadEntry: 400,
    problems: [`entry 400: ${problem}`],
  });
});

test('a signed log whose time goes back does not verify', async () => {
  const report = await reportOnForged(400, (record) => JSON.stringify({ ...record, time: 5 }));
  expect(report).toMatchObject({ ok: false, firstBadEntry: 400 });
  expect(report.problems[0]).toMatch(/^entry 400: time 5 is before \d+/);
});

test('a log beyond a full tile of tiles verifies', async () => {
  const { files, source } = await makeLog(recordEntries(65_800), signers);
  expect(files.has('tile/2/000.p/1')).toBe(true);
  expect(await verifyLog(source, { keys })).toMatchObject({ ok: true, size: 65_800, problems: [] });
  files.delete('tile/1/000');
  expect(await verifyLog(source, { keys })).toMatchObject({ ok: false, problems: ['tile/1/000: missing'] });
});
