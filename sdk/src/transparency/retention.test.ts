import { beforeAll, expect, test } from 'vitest';
import { parseCheckpoint } from './checkpoint.ts';
import { proveConsistency, proveInclusion, proveRecord } from './prove.ts';
import {
  makeLog,
  makeLogSigners,
  makeSigner,
  recordEntries,
  signNote,
  type TestSigner,
  testOrigin,
  utf8,
} from './test-log.ts';
import type { VerifiedState } from './verified-state.ts';
import { verifyLog } from './verify-log.ts';
import { verifyReceipt } from './verify-receipt.ts';

const entries = recordEntries(1000);
let signers: TestSigner[];
let keys: string[];

beforeAll(async () => {
  signers = await makeLogSigners();
  keys = signers.map(({ vkey }) => vkey);
});

const ed25519 = () => signers.slice(0, 1);
const bodyOf = (minimum: number | string, origin = testOrigin) =>
  `${origin}\nferrohsm-retention/v1\nminimum-index ${minimum}\n`;

/** A log whose files below an entry are gone, with a note of its retention. */
async function prunedLog(below: number, note: string | undefined, all: readonly Uint8Array[] = entries) {
  const log = await makeLog(all, signers);
  for (const path of log.files.keys()) {
    const [, index] = /^tile\/(?:entries|0)\/(\d{3})$/.exec(path) ?? [];
    if (index !== undefined && (Number(index) + 1) * 256 <= below) log.files.delete(path);
  }
  if (note !== undefined) log.files.set('retention', utf8(note));
  return log;
}

const problemsOf = async (below: number, note?: string) =>
  (await verifyLog((await prunedLog(below, note)).source, { keys })).problems;

test.each([0, 256, 512, 768])('a log pruned to %d verifies by its own word', async (below) => {
  const log = await prunedLog(below, await signNote(bodyOf(below), ed25519()));
  expect(await verifyLog(log.source, { keys })).toMatchObject({
    ok: true,
    size: 1000,
    minimumIndex: below,
    problems: [],
  });
  expect(log.reads).not.toContain(below === 0 ? '' : 'tile/entries/000');
});

test('a log pruned beyond a full tile of tiles verifies', async () => {
  const many = recordEntries(66_500);
  for (const below of [512, 65_536, 66_048, 66_304]) {
    const log = await prunedLog(below, await signNote(bodyOf(below), ed25519()), many);
    const report = await verifyLog(log.source, { keys });
    expect(report).toMatchObject({ ok: true, size: 66_500, minimumIndex: below, problems: [] });
  }
});

test('less than the note allows may be gone, more may not', async () => {
  const note = await signNote(bodyOf(512), ed25519());
  expect(await problemsOf(256, note)).toEqual([]);
  expect(await problemsOf(768, note)).toEqual(expect.arrayContaining(['tile/entries/002: missing']));
});

test('a pruned log without its note is refused, and one with a note that its log did not sign', async () => {
  expect(await problemsOf(512)).toEqual(expect.arrayContaining(['tile/entries/000: missing']));
  const unsigned = [`retention: no valid Ed25519 signature of ${testOrigin} with a given key`];
  const other = await makeSigner(testOrigin, 'Ed25519 log');
  expect(await problemsOf(512, await signNote(bodyOf(512), [other]))).toEqual(unsigned);
  const altered = (await signNote(bodyOf(256), ed25519())).replace('index 256', 'index 512');
  expect(await problemsOf(512, altered)).toEqual(unsigned);
  const note = await signNote(bodyOf(512), ed25519());
  const log = await prunedLog(512, note);
  expect((await verifyLog(log.source, { keys: keys.slice(1) })).problems).toEqual(unsigned);
});

test.each([
  ['of another log', () => bodyOf(512, 'log.example/other')],
  ['inside a bundle', () => bodyOf(300)],
  ['with a leading zero', () => bodyOf('0512')],
  ['with a line more', () => `${bodyOf(512)}x\n`],
  ['of another version', () => bodyOf(512).replace('v1', 'v2')],
])('a note %s is malformed', async (_, body) => {
  expect(await problemsOf(512, await signNote(body(), ed25519()))).toEqual(['retention: malformed']);
});

test('a note beyond the checkpoint is refused', async () => {
  expect(await problemsOf(512, await signNote(bodyOf(1024), ed25519()))).toEqual([
    'retention: entry 1024 is beyond the checkpoint',
  ]);
});

test('the hashes of what was pruned are still checked', async () => {
  const log = await prunedLog(512, await signNote(bodyOf(512), ed25519()));
  const tile = log.files.get('tile/1/000.p/3') ?? new Uint8Array();
  log.files.set(
    'tile/1/000.p/3',
    tile.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
  );
  expect((await verifyLog(log.source, { keys })).ok).toBe(false);
  log.files.delete('tile/1/000.p/3');
  expect((await verifyLog(log.source, { keys })).problems).toContain('tile/1/000.p/3: missing');
});

test('an earlier verification goes on over a pruning, unless that went past it', async () => {
  const states: VerifiedState[] = [];
  for (const size of [300, 512, 700]) {
    const { source } = await makeLog(entries.slice(0, size), signers);
    await verifyLog(source, { keys, onState: (state) => states.push(state) });
  }
  const log = await prunedLog(512, await signNote(bodyOf(512), ed25519()));
  const reports = await Promise.all(states.map((resume) => verifyLog(log.source, { keys, resume })));
  expect(reports.map(({ ok, minimumIndex }) => [ok, minimumIndex])).toEqual([
    [false, undefined],
    [true, 512],
    [true, 512],
  ]);
  expect(reports[0]?.problems).toEqual(['retention: entries 300 to 511 were pruned before they were verified']);
});

test('proofs of what remains are made and verify', async () => {
  const log = await prunedLog(512, await signNote(bodyOf(512), ed25519()));
  const checkpoint = parseCheckpoint(log.files.get('checkpoint') ?? utf8(''));
  if (checkpoint === undefined) throw new Error('no checkpoint');
  for (const index of [512, 700, 767, 768, 999]) {
    expect(await proveInclusion(log.source, index, checkpoint)).toEqual(log.tree.path(index, 0, 1000));
    expect(await verifyReceipt(await proveRecord(log.source, index), { keys })).toMatchObject({ ok: true, index });
  }
  for (const size of [512, 600, 768, 1000]) {
    expect(await proveConsistency(log.source, size, 1000)).toEqual(log.tree.subproof(size, [0, 1000], true));
  }
});
