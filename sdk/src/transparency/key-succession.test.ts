import { beforeAll, expect, test, vi } from 'vitest';
import { proveRecord } from './prove.ts';
import { makeLog, makeLogSigners, recordEntries, signNote, type TestSigner, testOrigin, utf8 } from './test-log.ts';
import { rotationEntry, type TestRotation, vkeys } from './test-rotation.ts';
import type { VerifiedState } from './verified-state.ts';
import { verifyLog } from './verify-log.ts';
import { verifyReceipt } from './verify-receipt.ts';

const retiredKeys = 'checkpoint: signed with keys that the log has retired';
let first: TestSigner[];
let second: TestSigner[];
let third: TestSigner[];
let foreign: TestSigner[];

beforeAll(async () => {
  foreign = await makeLogSigners('log.example/other');
  [first, second, third] = (await Promise.all([1, 2, 3].map(() => makeLogSigners()))) as [
    TestSigner[],
    TestSigner[],
    TestSigner[],
  ];
});

/** A log of 600 entries with rotations at the given places. */
async function logWith(rotations: Record<number, TestRotation>, signers: readonly TestSigner[]) {
  const entries: Uint8Array[] = recordEntries(600);
  for (const [at, rotation] of Object.entries(rotations))
    entries[Number(at)] = await rotationEntry(Number(at), rotation);
  return { ...(await makeLog(entries, signers)), entries };
}

test('from the first keys the log leads to the present ones, over one rotation and over two', async () => {
  const once = await logWith({ 300: { from: first, to: second } }, second);
  expect(await verifyLog(once.source, { keys: vkeys(first) })).toMatchObject({
    ok: true,
    problems: [],
    keys: vkeys(second),
    successions: [new TextDecoder().decode(once.entries[300])],
    signatures: [{ valid: true }, { valid: true }],
  });
  const twice = await logWith({ 300: { from: first, to: second }, 500: { from: second, to: third } }, third);
  for (const [keys, rotations] of [
    [first, 2],
    [second, 1],
    [third, 0],
  ] as const) {
    const report = await verifyLog(twice.source, { keys: vkeys(keys) });
    expect(report).toMatchObject({ ok: true, keys: vkeys(third) });
    expect(report.successions).toHaveLength(rotations);
  }
});

test('one pinned key leads to both new ones', async () => {
  const log = await logWith({ 300: { from: first, to: second } }, second);
  for (const key of vkeys(first)) {
    expect(await verifyLog(log.source, { keys: [key] })).toMatchObject({ ok: true, keys: vkeys(second) });
  }
});

test('no checkpoint that covers a rotation is signed with the keys that it retired', async () => {
  const retired = { ok: false, keys: [], problems: expect.arrayContaining([retiredKeys]) };
  const once = await logWith({ 300: { from: first, to: second } }, first);
  expect(await verifyLog(once.source, { keys: vkeys(first) })).toMatchObject(retired);
  for (const signers of [first, second]) {
    const twice = await logWith({ 300: { from: first, to: second }, 500: { from: second, to: third } }, signers);
    expect(await verifyLog(twice.source, { keys: vkeys(first) })).toMatchObject(retired);
  }
});

test('the record of the rotation is the first one that the new keys sign for', async () => {
  const { entries } = await logWith({ 300: { from: first, to: second } }, second);
  for (const [size, signers, ok] of [
    [300, first, true],
    [301, first, false],
    [301, second, true],
  ] as const) {
    const { source } = await makeLog(entries.slice(0, size), signers);
    expect((await verifyLog(source, { keys: vkeys(first) })).ok).toBe(ok);
  }
});

test('a runtime that cannot check the pinned kind of key does not settle for the other', async () => {
  const log = await logWith({ 300: { from: first, to: second } }, second);
  const { importKey } = crypto.subtle;
  vi.spyOn(crypto.subtle, 'importKey').mockImplementation(async (...given: Parameters<typeof importKey>) => {
    if ((given[2] as string) === 'ML-DSA-44') throw new DOMException('unknown algorithm', 'NotSupportedError');
    return importKey.apply(crypto.subtle, given);
  });
  const [ed25519, mlDsa44] = await Promise.all(vkeys(first).map((key) => verifyLog(log.source, { keys: [key] })));
  vi.restoreAllMocks();
  expect([ed25519?.ok, mlDsa44?.ok]).toEqual([true, false]);
});

test('a policy names the first keys', async () => {
  const log = await logWith({ 300: { from: first, to: second } }, second);
  const policy = `${vkeys(first)
    .map((key) => `log ${key}\n`)
    .join('')}quorum none\n`;
  expect(await verifyLog(log.source, { policy })).toMatchObject({ ok: true, keys: vkeys(second) });
});

test.each([
  ['the old keys did not sign', () => ({ signedBy: [...third, ...second] })],
  ['the new keys did not sign', () => ({ signedBy: [...first, ...third] })],
  ['the old ML-DSA-44 key did not sign', () => ({ signedBy: [first[0], third[1], ...second] as TestSigner[] })],
  ['a signature is missing', () => ({ signedBy: [...first, second[0]] as TestSigner[] })],
  ['another log is named in what is signed', () => ({ origin: 'log.example/other' })],
  ['the new keys are of another order', () => ({ to: second.toReversed() })],
  ['a new key is of another log', () => ({ to: [second[0], foreign[1]] as TestSigner[] })],
  ['the old keys are others', () => ({ from: third })],
  ['it is only an intent', () => ({ record: { phase: 'intent' } })],
  ['it failed', () => ({ record: { outcome: 'failed' } })],
  ['it is another operation', () => ({ record: { operation: 'audit.rotateKey' } })],
])('where %s, the new keys are not believed', async (_, change) => {
  const log = await logWith({ 300: { from: first, to: second, ...change() } }, second);
  const report = await verifyLog(log.source, { keys: vkeys(first) });
  expect(report).toMatchObject({ ok: false, keys: [], successions: [] });
  expect(report.problems).not.toEqual([]);
});

test('newer keys that no rotation leads to are refused, also by reading no further than the files go', async () => {
  const log = await logWith({}, second);
  expect(await verifyLog(log.source, { keys: vkeys(first) })).toMatchObject({ ok: false, keys: [] });
  const huge = await makeLog(recordEntries(10), second);
  const note = new TextDecoder().decode(huge.files.get('checkpoint'));
  huge.files.set('checkpoint', utf8(note.replace('\n10\n', '\n9007199254740991\n')));
  expect((await verifyLog(huge.source, { keys: vkeys(first) })).ok).toBe(false);
  expect(huge.reads.length).toBeLessThan(20);
});

test('a line of the new keys cannot be left out', async () => {
  const log = await logWith({ 300: { from: first, to: second } }, second.slice(0, 1));
  expect((await verifyLog(log.source, { keys: vkeys(first) })).problems).toEqual([
    `checkpoint: no ML-DSA-44 cosignature signature of ${testOrigin}`,
  ]);
});

test('an entry that was altered is still found', async () => {
  const log = await logWith({ 300: { from: first, to: second } }, second);
  const bundle = log.files.get('tile/entries/000') ?? new Uint8Array();
  log.files.set(
    'tile/entries/000',
    bundle.map((byte, i) => (i === 20 ? byte ^ 1 : byte)),
  );
  expect((await verifyLog(log.source, { keys: vkeys(first) })).ok).toBe(false);
});

test('a state remembers the rotations before it', async () => {
  const log = await logWith({ 300: { from: first, to: second } }, second);
  let resume: VerifiedState | undefined;
  await verifyLog(log.source, { keys: vkeys(first), onState: (state) => (resume = state) });
  log.reads.length = 0;
  expect(await verifyLog(log.source, { keys: vkeys(first), resume })).toMatchObject({ ok: true, keys: vkeys(second) });
  expect(log.reads.filter((path) => path.startsWith('tile/entries'))).toEqual([]);
});

test('a state that knows of a rotation accepts no keys from before it', async () => {
  const rotations = { 300: { from: first, to: second } };
  const [genuine, forged] = await Promise.all([logWith(rotations, second), logWith(rotations, first)]);
  for (const signers of [first, second]) {
    let resume: VerifiedState | undefined;
    await verifyLog(genuine.source, { keys: vkeys(signers), onState: (state) => (resume = state) });
    expect(resume?.successions).toHaveLength(1);
    expect(await verifyLog(genuine.source, { keys: vkeys(first), resume })).toMatchObject({ ok: true });
    const report = await verifyLog(forged.source, { keys: vkeys(first), resume });
    expect(report).toMatchObject({ ok: false, problems: expect.arrayContaining([retiredKeys]) });
  }
});

test('a note of what was pruned counts only when the present keys signed it', async () => {
  const body = `${testOrigin}\nferrohsm-retention/v1\nminimum-index 256\n`;
  const log = await logWith({ 300: { from: first, to: second } }, second);
  for (const [signers, problems] of [
    [first, [`retention: no valid Ed25519 signature of ${testOrigin} with a given key`]],
    [second, []],
  ] as const) {
    log.files.set('retention', utf8(await signNote(body, signers.slice(0, 1))));
    expect((await verifyLog(log.source, { keys: vkeys(first) })).problems).toEqual(problems);
  }
});

test('a receipt of newer keys verifies with these, or with the rotations that lead there', async () => {
  const log = await logWith({ 300: { from: first, to: second } }, second);
  const receipt = await proveRecord(log.source, 42);
  const { successions } = await verifyLog(log.source, { keys: vkeys(first) });
  const verdict = async (keys: string[], more: readonly string[] = []) =>
    (await verifyReceipt(receipt, { keys, successions: more })).ok;
  expect(await verdict(vkeys(second))).toBe(true);
  expect(await verdict(vkeys(first))).toBe(false);
  expect(await verdict(vkeys(first), successions)).toBe(true);
  expect(await verdict(vkeys(third), successions)).toBe(false);
  await expect(verdict(vkeys(first), ['{}'])).rejects.toThrow(TypeError);
  const older = await proveRecord((await logWith({}, first)).source, 42);
  expect((await verifyReceipt(older, { keys: vkeys(first), successions })).ok).toBe(true);
});
