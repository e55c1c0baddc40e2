import { beforeAll, describe, expect, test } from 'vitest';
import { readLogHead } from './log-head.ts';
import {
  makeLog,
  makeLogSigners,
  makeSigner,
  recordEntries,
  recordEntry,
  signNote,
  type TestLog,
  type TestSigner,
  testOrigin,
  utf8,
} from './test-log.ts';
import { rotationEntry, vkeys } from './test-rotation.ts';
import type { VerifiedState } from './verified-state.ts';
import { verifyLog } from './verify-log.ts';

const size = 700;
const entries = recordEntries(size);
const unwitnessed = 'checkpoint: not cosigned by the quorum w of the policy';
const notContinued = (earlier: number) =>
  `checkpoint: not the continuation of the ${earlier} entries of checkpoint.witnessed`;
let signers: TestSigner[];
let witness: TestSigner;
let policy: string;

beforeAll(async () => {
  signers = await makeLogSigners();
  witness = await makeSigner('witness.example', 'Ed25519 witness');
  policy = policyOf(signers);
});

function policyOf(log: readonly TestSigner[]): string {
  return `${vkeys(log)
    .map((key) => `log ${key}\n`)
    .join('')}witness w ${witness.vkey}\nquorum w\n`;
}

async function checkpointOf(covered: readonly Uint8Array[], by: readonly TestSigner[], origin = testOrigin) {
  return (await makeLog(covered, by, origin)).files.get('checkpoint') ?? utf8('');
}

/** A log whose newest checkpoint no witness has seen, with another one beside it. */
async function busyLog(witnessed: Uint8Array, newest: readonly Uint8Array[] = entries, by = signers): Promise<TestLog> {
  const log = await makeLog(newest, by);
  log.files.set('checkpoint.witnessed', witnessed);
  return log;
}

/** The same with the checkpoint of fewer entries, as the log and the witness signed it. */
async function logWitnessedAt(earlier: number): Promise<TestLog> {
  return busyLog(await checkpointOf(entries.slice(0, earlier), [...signers, witness]));
}

/** Both readers must come to the same. */
async function problemsOf({ source }: TestLog, trusted = policy): Promise<readonly string[]> {
  const { problems, ok } = await verifyLog(source, { policy: trusted });
  expect(ok).toBe(problems.length === 0);
  expect((await readLogHead(source, { trust: { policy: trusted } })).problems).toEqual(problems);
  return problems;
}

test.each([0, 1, 255, 256, 300, 512, 699, 700])('a busy log is verified up to its %d witnessed entries', async (at) => {
  const log = await logWitnessedAt(at);
  const report = await verifyLog(log.source, { policy });
  expect(report).toMatchObject({ ok: true, problems: [], size: at, newest: { size }, keys: vkeys(signers) });
  expect(report.root).toBe(Buffer.from(log.tree.root(0, at)).toString('hex'));
  expect(report.signatures.map(({ valid }) => valid)).toEqual([true, true, true]);
  const { checkpoint, newest, problems } = await readLogHead(log.source, { trust: { policy } });
  expect([checkpoint.size, newest?.size, problems]).toEqual([at, size, []]);
});

test('the newest checkpoint is enough where it has the quorum itself', async () => {
  const log = await busyLog(utf8('nonsense'), entries, [...signers, witness]);
  const report = await verifyLog(log.source, { policy });
  expect(report).toMatchObject({ ok: true, size });
  expect([report, await readLogHead(log.source, { trust: { policy } })].some((found) => 'newest' in found)).toBe(false);
});

test('pinned keys ask for no witness', async () => {
  const log = await logWitnessedAt(300);
  expect(await verifyLog(log.source, { keys: vkeys(signers) })).toMatchObject({ ok: true, size });
  expect(log.reads).not.toContain('checkpoint.witnessed');
});

test('it is read before the newest, which a log that grows replaces sooner', async () => {
  const log = await logWitnessedAt(300);
  await verifyLog(log.source, { policy });
  await readLogHead(log.source, { trust: { policy } });
  const read = log.reads.filter((path) => path.startsWith('checkpoint'));
  expect(read).toEqual(['checkpoint.witnessed', 'checkpoint', 'checkpoint.witnessed', 'checkpoint']);
});

describe('it counts for nothing', () => {
  const earlier = entries.slice(0, 300);

  test.each([
    ['when it is malformed', async () => utf8('nonsense')],
    ['when the witness has not signed', () => checkpointOf(earlier, signers)],
    ['when it is of another log', () => checkpointOf(earlier, [...signers, witness], 'log.example/other')],
    [
      'when another witness of that name has signed',
      async () => checkpointOf(earlier, [...signers, await makeSigner('witness.example', 'Ed25519 witness')]),
    ],
  ])('%s', async (_, make) => {
    expect(await problemsOf(await busyLog(await make()))).toEqual([unwitnessed]);
  });

  test('when it is not there', async () => {
    expect(await problemsOf(await makeLog(entries, signers))).toEqual([unwitnessed]);
  });
});

describe('the log is refused', () => {
  test.each([1, 300, 512, 699, 700])('when it does not continue what was witnessed at %d', async (at) => {
    const others = entries.slice(0, at).with(at - 1, recordEntry(at, { outcome: 'failed' }));
    const log = await busyLog(await checkpointOf(others, [...signers, witness]));
    expect(await problemsOf(log)).toEqual([notContinued(at)]);
  });

  test('when it went back behind what was witnessed', async () => {
    const witnessed = await checkpointOf(entries, [...signers, witness]);
    expect(await problemsOf(await busyLog(witnessed, entries.slice(0, 400)))).toEqual([notContinued(size)]);
  });

  test('when it has not signed what was witnessed, or not with both keys', async () => {
    const covered = entries.slice(0, 300);
    expect(await problemsOf(await busyLog(await checkpointOf(covered, [witness])))).toContain(
      `checkpoint.witnessed: no valid signature of ${testOrigin} with a given key`,
    );
    const one = [...signers.slice(0, 1), witness];
    expect(await problemsOf(await busyLog(await checkpointOf(covered, one)))).toEqual([
      `checkpoint.witnessed: no ML-DSA-44 cosignature signature of ${testOrigin}`,
    ]);
  });

  test('when it has not signed the newest', async () => {
    const witnessed = await checkpointOf(entries.slice(0, 300), [...signers, witness]);
    const log = await busyLog(witnessed, entries, await makeLogSigners());
    expect((await verifyLog(log.source, { policy })).ok).toBe(false);
    expect((await readLogHead(log.source, { trust: { policy } })).problems).toContain(
      `checkpoint: no valid signature of ${testOrigin} with a given key`,
    );
  });

  test('when an entry is altered that no witness has seen', async () => {
    const log = await logWitnessedAt(300);
    const bundle = Buffer.from(log.files.get('tile/entries/001') ?? []).toString('latin1');
    log.files.set('tile/entries/001', Buffer.from(bundle.replace('"number":400', '"number":401'), 'latin1'));
    expect(await verifyLog(log.source, { policy })).toMatchObject({ ok: false, firstBadEntry: 400 });
  });
});

test('a rotation that no witness has seen yet is followed', async () => {
  const second = await makeLogSigners();
  const rotated = entries.with(400, await rotationEntry(400, { from: signers, to: second }));
  const witnessed = await checkpointOf(rotated.slice(0, 300), [...signers, witness]);
  const log = await busyLog(witnessed, rotated, second);
  expect(await problemsOf(log)).toEqual([]);
  expect(await verifyLog(log.source, { policy })).toMatchObject({ size: 300, newest: { size }, keys: vkeys(second) });
  const retired = await busyLog(witnessed, rotated, signers);
  expect((await verifyLog(retired.source, { policy })).problems).toContain(
    'checkpoint: signed with keys that the log has retired',
  );
});

test('a rotation that the new keys did not sign is told once', async () => {
  const [second, third] = await Promise.all([makeLogSigners(), makeLogSigners()]);
  const rotation = await rotationEntry(400, { from: signers, to: second, signedBy: [...signers, ...third] });
  const witnessed = await checkpointOf(entries.slice(0, 300), [...signers, witness]);
  const log = await busyLog(witnessed, entries.with(400, rotation), signers);
  expect((await verifyLog(log.source, { policy })).problems).toEqual([
    'key rotation: not signed by the old and the new keys',
  ]);
});

test('a verification goes on from where the last one ended, also behind what is witnessed by then', async () => {
  let resume: VerifiedState | undefined;
  const before = await busyLog(await checkpointOf(entries.slice(0, 300), [...signers, witness]), entries.slice(0, 600));
  await verifyLog(before.source, { policy, onState: (state) => (resume = state) });
  expect(resume?.size).toBe(600);
  for (const at of [300, 520, 650]) {
    const log = await logWitnessedAt(at);
    expect(await verifyLog(log.source, { policy, resume })).toMatchObject({ ok: true, size: at, newest: { size } });
    expect(log.reads).not.toContain('tile/entries/000');
  }
});

test('a pruned log is compared by what is left', async () => {
  const note = await signNote(`${testOrigin}\nferrohsm-retention/v1\nminimum-index 512\n`, signers.slice(0, 1));
  const pruned = async (at: number) => {
    const log = await logWitnessedAt(at);
    for (const path of ['tile/entries/000', 'tile/entries/001', 'tile/0/000', 'tile/0/001']) log.files.delete(path);
    log.files.set('retention', utf8(note));
    return log;
  };
  for (const at of [256, 512, 600]) expect(await problemsOf(await pruned(at))).toEqual([]);
  expect(await problemsOf(await pruned(300))).toEqual([
    'checkpoint.witnessed: cannot be compared: tile/0/001: missing',
  ]);
});
