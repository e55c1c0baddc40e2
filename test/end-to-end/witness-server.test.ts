import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signCheckpoint } from '../../sidecar/src/audit/checkpoint.ts';
import { appendMany, entriesOnDisk, headOf, openLog, temporaryFolder } from '../../sidecar/src/audit/test-log.ts';
import { expectCosignatures, linesOf } from './witness-cosignature.ts';
import { type WitnessAnswer, WitnessProcess, witnessName } from './witness-process.ts';
import {
  entriesOf,
  growth,
  naiveProof,
  signTree,
  submission,
  type TestLog,
  testLogs,
  testSigners,
  vkeysOf,
} from './witness-tree.ts';

/** One for each test, so that a single witness serves all of them. */
const logs = testLogs(40);
const witness = new WitnessProcess(logs.flatMap(vkeysOf));
beforeAll(() => witness.start());
afterAll(() => witness.discard());

let log: TestLog;
beforeEach(() => {
  log = nextLog();
});

function nextLog(): TestLog {
  const next = logs.pop();
  if (next === undefined) throw new Error('there are more tests than logs');
  return next;
}

function served(): Promise<WitnessAnswer> {
  return witness.checkpoint(hash('sha256', log.origin));
}

/** Brings the witness to a tree of so many entries. */
async function cosigned(count: number): Promise<void> {
  expect((await witness.submit(growth(log, 0, entriesOf(count)))).status).toBe(200);
}

test('a real log grows, and each of its checkpoints is cosigned and served', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'log');
  const real = await openLog(path, log);
  let oldSize = 0;
  for (const count of [1, 6, 250, 1, 300]) {
    await appendMany(real, oldSize, count);
    await real.checkpoint();
    const checkpoint = readFileSync(join(path, 'checkpoint'), 'utf8');
    const { size } = headOf(checkpoint);
    const body = submission(oldSize, naiveProof(oldSize, entriesOnDisk(path, size)), checkpoint);
    const answer = await witness.submit(body);
    expect(answer).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
    expectCosignatures(answer.text, checkpoint, witness.vkeys);
    expect(await served()).toMatchObject({ status: 200, text: checkpoint + answer.text });
    oldSize = size;
  }
  expect(oldSize).toBeGreaterThanOrEqual(558);
  await real.close();
});

test('every size to the next and to the last one, by an independent proof', async () => {
  const most = 40;
  for (let size = 1; size <= most; size += 1) {
    expect((await witness.submit(growth(log, size - 1, entriesOf(size)))).status).toBe(200);
    const stale = await witness.submit(growth(log, size - 1, entriesOf(most)));
    expect(stale).toMatchObject({ status: 409, text: `${size}\n` });
  }
  for (let size = 1; size < most; size += 3) {
    const other = nextLog();
    await witness.submit(growth(other, 0, entriesOf(size)));
    expect((await witness.submit(growth(other, size, entriesOf(most)))).status).toBe(200);
  }
});

test('the same checkpoint again is cosigned again', async () => {
  await cosigned(5);
  const again = growth(log, 5, entriesOf(5));
  const answer = await witness.submit(again);
  expect(answer.status).toBe(200);
  expectCosignatures(answer.text, again.slice(again.indexOf('\n\n') + 2), witness.vkeys);
});

test('a proof where nothing is to be proven: 422', async () => {
  const [checkpoint, proof] = [signTree(log, entriesOf(4)), naiveProof(2, entriesOf(4))];
  expect((await witness.submit(submission(0, proof, checkpoint))).status).toBe(422);
  await cosigned(4);
  expect((await witness.submit(submission(4, proof, checkpoint))).status).toBe(422);
  expect(witness.notices).not.toContain(`${log.origin} signed two`);
});

test('an empty tree is cosigned with its one root only', async () => {
  const head = { size: 0, root: hash('sha256', 'x', 'buffer') };
  const wrong = signCheckpoint(log.origin, head, log.signers, Date.now());
  expect((await witness.submit(submission(0, [], wrong))).status).toBe(422);
  expect((await witness.submit(growth(log, 0, []))).status).toBe(200);
  expect((await witness.submit(growth(log, 0, entriesOf(3)))).status).toBe(200);
});

describe('a log that is not what it was', () => {
  beforeEach(() => cosigned(100));

  async function expectUnmoved(): Promise<void> {
    const { text } = await served();
    expect(headOf(text)).toEqual(headOf(signTree(log, entriesOf(100))));
  }

  test('rewritten history: 422', async () => {
    const forged = entriesOf(150);
    forged[42] = Buffer.from('never happened');
    expect((await witness.submit(growth(log, 100, forged))).status).toBe(422);
    await expectUnmoved();
  });

  test('cut and grown again: 409 with the size that it once had', async () => {
    const answer = await witness.submit(growth(log, 60, entriesOf(80)));
    expect(answer).toEqual({ status: 409, type: 'text/x.tlog.size', text: '100\n' });
    await expectUnmoved();
  });

  test('fork at the same size: 422, told to the operator once, with the proof kept', async () => {
    const fork = entriesOf(100, 'false');
    expect((await witness.submit(growth(log, 100, fork))).status).toBe(422);
    expect((await witness.submit(growth(log, 100, entriesOf(100, 'another')))).status).toBe(422);
    await expectUnmoved();
    const evidence = readFileSync(join(witness.state, hash('sha256', log.origin), 'fork'), 'utf8');
    expect(headOf(evidence)).toEqual(headOf(signTree(log, fork)));
    const told = `${log.origin} signed two different trees of 100 entries`;
    expect(witness.notices.split(told)).toHaveLength(2);
  });

  test('replay of an older checkpoint: 409', async () => {
    expect(await witness.submit(growth(log, 0, entriesOf(50)))).toMatchObject({ status: 409, text: '100\n' });
    await expectUnmoved();
  });

  test('wrong, missing and superfluous proof: 422, and no evidence against the log', async () => {
    const checkpoint = signTree(log, entriesOf(150));
    const proof = naiveProof(100, entriesOf(150));
    const altered = proof.map((node, index) => (index === 1 ? hash('sha256', node, 'buffer') : node));
    for (const wrong of [[], proof.slice(1), proof.slice(0, -1), [...proof, Buffer.alloc(32)], altered]) {
      expect((await witness.submit(submission(100, wrong, checkpoint))).status).toBe(422);
    }
    expect(existsSync(join(witness.state, hash('sha256', log.origin), 'fork'))).toBe(false);
    await expectUnmoved();
    expect((await witness.submit(submission(100, proof, checkpoint))).status).toBe(200);
  });

  test('stale size: 409 with the size', async () => {
    const answer = await witness.submit(growth(log, 99, entriesOf(120)));
    expect(answer).toEqual({ status: 409, type: 'text/x.tlog.size', text: '100\n' });
  });

  test('old size above the checkpoint: 400', async () => {
    expect((await witness.submit(growth(log, 100, entriesOf(99)))).status).toBe(400);
    await expectUnmoved();
  });
});

describe('signatures', () => {
  let checkpoint: string;
  let lines: string[];
  beforeEach(() => {
    checkpoint = signTree(log, entriesOf(4));
    lines = checkpoint.split('\n');
  });
  const submitNote = async (note: string) => (await witness.submit(submission(0, [], note))).status;

  test('of other keys under the name of the log: 403', async () => {
    expect(await submitNote(signTree({ ...log, signers: testSigners(9) }, entriesOf(4)))).toBe(403);
  });

  test('one line left out: 403', async () => {
    for (const index of [4, 5]) expect(await submitNote(lines.toSpliced(index, 1).join('\n'))).toBe(403);
  });

  test('one altered: 403, even beside a right one of the same key', async () => {
    for (const index of [4, 5]) {
      const right = lines[index] ?? '';
      const wrong = right.slice(0, -9) + (right.at(-9) === 'A' ? 'B' : 'A') + right.slice(-8);
      expect(await submitNote(lines.with(index, wrong).join('\n'))).toBe(403);
      expect(await submitNote(lines.toSpliced(index, 0, wrong).join('\n'))).toBe(403);
      expect(await submitNote(lines.toSpliced(index + 1, 0, wrong).join('\n'))).toBe(403);
    }
  });

  test('one made for another size: 403', async () => {
    const other = signTree(log, entriesOf(5)).split('\n');
    for (const index of [4, 5]) expect(await submitNote(lines.with(index, other[index] ?? '').join('\n'))).toBe(403);
  });

  test('of unknown keys are ignored, and not served', async () => {
    const strange = signTree({ ...log, signers: testSigners(9) }, entriesOf(4))
      .split('\n')
      .slice(4, 6);
    expect(await submitNote([...lines.slice(0, 4), ...strange, ...lines.slice(4)].join('\n'))).toBe(200);
    const { text } = await served();
    expect(text.startsWith(checkpoint)).toBe(true);
    expect(linesOf(text.slice(checkpoint.length)).map(({ name }) => name)).toEqual([witnessName, witnessName]);
  });

  test('of an unknown log: 404', async () => {
    expect(await submitNote(signTree({ ...log, origin: 'hsm.example/other' }, entriesOf(4)))).toBe(404);
  });

  test('never cosigned: nothing is served', async () => {
    expect((await served()).status).toBe(404);
    expect((await witness.checkpoint(hash('sha256', 'hsm.example/other'))).status).toBe(404);
  });
});

test('of many submissions from one size at the same time, one wins and the others are told its size', async () => {
  await cosigned(10);
  const trees = Array.from({ length: 20 }, (_, i) => [...entriesOf(10), ...entriesOf(1 + i, `fork ${i}`)]);
  const bodies = trees.map((tree) => growth(log, 10, tree));
  const answers = await Promise.all(bodies.map((body) => witness.submit(body)));
  const winners = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []));
  expect(winners).toHaveLength(1);
  const winner = trees[winners[0] ?? 0] ?? [];
  const refused = answers.filter(({ status }) => status === 409);
  expect(refused.map(({ text }) => text)).toEqual(Array(19).fill(`${winner.length}\n`));
  const { text } = await served();
  expect(headOf(text)).toEqual(headOf(signTree(log, winner)));
});
