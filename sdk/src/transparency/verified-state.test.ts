import { beforeAll, expect, test } from 'vitest';
import {
  makeLog,
  makeLogSigners,
  recordEntries,
  recordEntry,
  type TestLog,
  type TestSigner,
  testOrigin,
} from './test-log.ts';
import type { VerifiedState } from './verified-state.ts';
import { verifyLog } from './verify-log.ts';

const entries = recordEntries(1000);
let signers: TestSigner[];
let keys: string[];

beforeAll(async () => {
  signers = await makeLogSigners();
  keys = signers.map(({ vkey }) => vkey);
});

const logOf = (size: number) => makeLog(entries.slice(0, size), signers);

/** Verifies, going on from a state if there is one; answers the report and the last state. */
async function verify({ source }: TestLog, resume?: VerifiedState) {
  const states: VerifiedState[] = [];
  const report = await verifyLog(source, { keys, resume, onState: (state) => states.push(state) });
  return { report, state: states.at(-1) };
}

async function stateAt(size: number): Promise<VerifiedState> {
  const { state } = await verify(await logOf(size));
  if (state === undefined) throw new Error('no state');
  return JSON.parse(JSON.stringify(state)) as VerifiedState;
}

test('any size goes on to any later one, and gives the state of a whole run', async () => {
  const sizes = [1, 255, 256, 257, 300, 511, 512, 768, 1000];
  for (const later of sizes) {
    const log = await logOf(later);
    for (const earlier of sizes.filter((size) => size <= later)) {
      const { report, state } = await verify(log, await stateAt(earlier));
      expect(report, `${earlier} to ${later}`).toMatchObject({ ok: true, size: later, problems: [] });
      expect(state).toEqual(await stateAt(later));
    }
  }
});

test('only what follows is read', async () => {
  const log = await logOf(1000);
  const resume = await stateAt(770);
  log.reads.length = 0;
  await verify(log, resume);
  expect(log.reads.filter((path) => path.startsWith('tile/entries'))).toEqual(['tile/entries/003.p/232']);
  const tiles = log.reads.filter((path) => /^tile\/\d/.test(path));
  expect(tiles).toEqual(['tile/0/003.p/232', 'tile/1/000.p/3']);
});

test('a log that went back is refused, even by one entry', async () => {
  for (const size of [999, 768, 0]) {
    const { report, state } = await verify(await logOf(size), await stateAt(1000));
    expect(report).toMatchObject({ ok: false, size, problems: [continuation(1000)] });
    expect(state).toBeUndefined();
  }
});

test.each([
  [5, 300, 1000],
  [5, 1000, 1000],
  [290, 300, 300],
  [290, 300, 301],
  [299, 300, 1000],
])('a log with another entry %d is no continuation of %d entries at %d', async (changed, verified, size) => {
  const others = entries
    .slice(0, size)
    .map((entry, i) => (i === changed ? recordEntry(i, { outcome: 'failed' }) : entry));
  const fork = await makeLog(others, signers);
  expect((await verify(fork)).report.ok).toBe(true);
  const { report, state } = await verify(fork, await stateAt(verified));
  expect(report.ok).toBe(false);
  expect(report.problems).toContain(continuation(verified));
  expect(state).toBeUndefined();
});

test('an entry that was verified before and altered since is found in the bundle that is read again', async () => {
  const log = await logOf(1000);
  const bundle = new TextDecoder('latin1').decode(log.files.get('tile/entries/001'));
  log.files.set('tile/entries/001', Buffer.from(bundle.replace('"number":290', '"number":299'), 'latin1'));
  const { report } = await verify(log, await stateAt(300));
  expect(report).toMatchObject({
    ok: false,
    firstBadEntry: 290,
    problems: ['tile/entries/001: not what was verified before'],
  });
});

test('the time of the last record is kept', async () => {
  const back = entries.map((entry, i) => (i === 300 ? recordEntry(i, { time: 1299 - 1 }) : entry)).slice(0, 301);
  const { report } = await verify(await makeLog(back, signers), await stateAt(300));
  expect(report).toMatchObject({ ok: false, firstBadEntry: 300, problems: [/time 1298 is before 1299/] });
});

test('states are told on the way, and each of them goes on', async () => {
  const many = recordEntries(66_000);
  const log = await makeLog(many, signers);
  const states: VerifiedState[] = [];
  await verifyLog(log.source, { keys, onState: (state) => states.push(state) });
  expect(states.map(({ size }) => size)).toEqual([65_536, 66_000]);
  for (const resume of states) expect((await verify(log, resume)).report.ok).toBe(true);
});

test('a state that was told before a fault is not the last word', async () => {
  const log = await logOf(1000);
  log.files.set('tile/entries/001', log.files.get('tile/entries/002') ?? new Uint8Array());
  expect((await verify(log)).state).toBeUndefined();
});

test.each([
  ['of another log', { origin: 'log.example/other' }],
  ['with a size that is none', { size: -1 }],
  ['with a size of its own', { size: 299 }],
  ['with a level too few', { tiles: [] }],
  ['with hashes that are none', { tiles: ['x', 'y'] }],
  ['with hashes that are missing', { tiles: ['', ''] }],
  ['without a time', { time: undefined }],
  ['with successions that are no text', { successions: [1] }],
  ['with successions that are no rotation', { successions: ['{}'] }],
])('a state %s is a TypeError', async (_, change) => {
  const state = { ...(await stateAt(300)), ...change } as VerifiedState;
  await expect(verify(await logOf(300), state)).rejects.toThrow(TypeError);
});

function continuation(size: number): string {
  return `checkpoint: not the continuation of the ${size} entries that were verified before`;
}

test('the state names the log', async () => {
  expect(await stateAt(256)).toMatchObject({ origin: testOrigin, size: 256, time: 1255, successions: [] });
});
