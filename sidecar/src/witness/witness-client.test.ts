import { describe, expect, test } from 'vitest';
import { parseCheckpoint } from '../../../sdk/src/transparency/checkpoint.ts';
import { checkSignatures } from '../../../sdk/src/transparency/signatures.ts';
import { parseVerifierKey } from '../../../sdk/src/transparency/verifier-key.ts';
import { cosignedTree } from './cosigned-tree.ts';
import { parseLogPolicy } from './log-policy.ts';
import { submissionPrefixes } from './submission-prefix.ts';
import { cosign, type NoteKey, noteKey, verifiers } from './test-keys.ts';
import { origin, TestLog } from './test-log.ts';
import { type Answer, conflict, startWitness, type TestWitness } from './test-witness.ts';
import { WitnessClient } from './witness-client.ts';

const ed25519 = noteKey('witness.example/w', 4);
const mlDsa44 = noteKey('witness.example/w', 6);
const never = new AbortController().signal;

function clientOf(witness: { url: string; keys: readonly NoteKey[] }, log: TestLog, timeoutMs = 5_000) {
  const lines = witness.keys.map(({ vkey }, i) => `witness w${i} ${vkey} ${witness.url}\n`).join('');
  const names = witness.keys.map((_, i) => `w${i}`).join(' ');
  const [prefix] = submissionPrefixes(parseLogPolicy(`${lines}group all all ${names}\nquorum all\n`));
  if (prefix === undefined) throw new Error('no prefix');
  const client = new WitnessClient({ prefix, verify: verifiers, proof: log.proof, timeoutMs });
  return (of = log) => client.submit(cosignedTree(of.checkpoint(), origin, of.size), never);
}

async function setUp(keys: readonly NoteKey[] = [ed25519], timeoutMs?: number) {
  const log = new TestLog().grow(5);
  const witness = await startWitness(log, keys);
  return { log, witness, submit: clientOf(witness, log, timeoutMs) };
}

/** Answers each submission in this way. */
function answer(witness: TestWitness, body: string, status = 200, headers: Answer['headers'] = {}): void {
  witness.misbehave = () => ({ status, body, headers });
}

describe('a witness that cosigns', () => {
  test('is asked for growth after growth with the right proofs over kept connections', async () => {
    const { log, witness, submit } = await setUp();
    for (const count of [0, 1, 2, 57, 1, 200, 0]) {
      log.grow(count);
      expect((await submit()).get('w0')).toBe(witness.cosign({ origin, head: witness.heads.get(origin) ?? fail() }));
    }
    expect(witness.asked).toEqual([
      [0, 5],
      [5, 6],
      [6, 8],
      [8, 65],
      [65, 66],
      [66, 266],
      [266, 266],
    ]);
    expect(witness.statuses).toEqual(Array(7).fill(200));
    expect(witness.connections).toBeLessThanOrEqual(2);
  });

  test('with both algorithms gives lines that the SDK verifies on the checkpoint', async () => {
    const { log, submit } = await setUp([ed25519, mlDsa44]);
    const lines = [...(await submit()).values()].join('');
    const checkpoint = parseCheckpoint(Buffer.from(log.checkpoint() + lines)) ?? fail();
    const keys = await Promise.all([...log.keys, ed25519, mlDsa44].map(({ vkey }) => parseVerifierKey(vkey)));
    expect((await checkSignatures(checkpoint, keys)).map(({ algorithm, valid }) => [algorithm, valid])).toEqual([
      ['Ed25519', true],
      ['ML-DSA-44 cosignature', true],
      ['Ed25519 cosignature', true],
      ['ML-DSA-44 cosignature', true],
    ]);
  });

  test('is told of a size that it knows from before by its 409', async () => {
    const { log, witness, submit } = await setUp();
    await submit();
    log.grow(4);
    const afterRestart = clientOf(witness, log);
    await afterRestart();
    expect(witness.asked.slice(1)).toEqual([
      [0, 9],
      [5, 9],
    ]);
    expect(witness.statuses).toEqual([200, 409, 200]);
    await afterRestart();
    expect(witness.asked.at(-1)).toEqual([9, 9]);
  });

  test('may add lines of keys that nobody asked for', async () => {
    const { witness, submit } = await setUp();
    const other = noteKey('witness.example/other', 4);
    witness.misbehave = (submission) => ({
      status: 200,
      body: `${cosign(other, { origin, ...submission.head }, 5)}— new vGVzdHRlc3Q=\n${witness.cosign(submission)}`,
    });
    expect([...(await submit()).keys()]).toEqual(['w0']);
  });

  test('by one of its two keys only gives that line', async () => {
    const { witness, submit } = await setUp([ed25519, mlDsa44]);
    witness.misbehave = ({ head }) => ({ status: 200, body: cosign(mlDsa44, { origin, ...head }, 5) });
    expect([...(await submit()).keys()]).toEqual(['w1']);
  });
});

describe('a log that is not the one that the witness knows', () => {
  test('with a forged history is told so', async () => {
    const { log, witness, submit } = await setUp();
    await submit();
    const forged = new TestLog(log.keys).grow(9, 'forged');
    await expect(clientOf(witness, forged)()).rejects.toMatchObject({ kind: 'inconsistent', isContradiction: true });
    expect(witness.statuses).toEqual([200, 409, 422]);
  });

  test('forked at the same size is told so', async () => {
    const { log, witness, submit } = await setUp();
    await submit();
    const fork = log.fork(4).grow(1, 'other');
    await expect(clientOf(witness, fork)()).rejects.toMatchObject({ kind: 'inconsistent' });
    expect(witness.statuses).toEqual([200, 409, 422]);
  });

  test('that was cut back is told so, and not a second time', async () => {
    const { log, witness, submit } = await setUp();
    await submit();
    await expect(clientOf(witness, log.fork(3))()).rejects.toMatchObject({
      kind: 'ahead',
      message: 'the witness has cosigned 5 entries, this log has 3',
      isContradiction: true,
      isRefusal: true,
    });
    expect(witness.statuses).toEqual([200, 409]);
  });

  test('with other keys is refused', async () => {
    const { witness } = await setUp();
    const stranger = clientOf(witness, new TestLog().grow(5));
    await expect(stranger()).rejects.toMatchObject({ kind: 'signature_refused', isRefusal: true });
  });

  test('of an origin that it does not know is refused', async () => {
    const { witness, submit } = await setUp();
    witness.logs.clear();
    await expect(submit()).rejects.toMatchObject({ kind: 'log_unknown', isRefusal: true, isContradiction: false });
  });
});

describe('a cosignature does not count', () => {
  const size5 = { origin, size: 5 };
  test.each([
    ['of another size', (key: NoteKey, root: Buffer) => cosign(key, { origin, size: 4, root }, 7)],
    ['of another root', (key: NoteKey) => cosign(key, { ...size5, root: Buffer.alloc(32) }, 7)],
    ['of another log', (key: NoteKey, root: Buffer) => cosign(key, { origin: `${origin}x`, size: 5, root }, 7)],
    ['without a timestamp', (key: NoteKey, root: Buffer) => cosign(key, { ...size5, root }, 0)],
    [
      'by another key of that name',
      ({ name, type }: NoteKey, root: Buffer) => cosign(noteKey(name, type), { ...size5, root }, 7),
    ],
    [
      'by another key under that name and id',
      ({ name, type, id }: NoteKey, root: Buffer) => cosign({ ...noteKey(name, type), id }, { ...size5, root }, 7),
    ],
    ['under another name', (key: NoteKey, root: Buffer) => cosign({ ...key, name: 'other' }, { ...size5, root }, 7)],
    [
      'behind a false one of the same key',
      (key: NoteKey, root: Buffer) =>
        cosign(key, { ...size5, root: Buffer.alloc(32) }, 7) + cosign(key, { ...size5, root }, 7),
    ],
    ['that is cut', (key: NoteKey, root: Buffer) => `${cosign(key, { ...size5, root }, 7).slice(0, 60)}\n`],
    ['without its newline', (key: NoteKey, root: Buffer) => cosign(key, { ...size5, root }, 7).slice(0, -1)],
    ['that is not canonical base64', (key: NoteKey, root: Buffer) => `${cosign(key, { ...size5, root }, 7).trim()} \n`],
  ])('%s', async (_, forge) => {
    for (const key of [ed25519, mlDsa44]) {
      const { witness, submit } = await setUp([key]);
      witness.misbehave = ({ head }) => ({ status: 200, body: forge(key, head.root) });
      await expect(submit()).rejects.toMatchObject({ kind: 'false_cosignature', isRefusal: false });
      // What does not verify teaches nothing about the witness's size either.
      witness.misbehave = () => undefined;
      await submit();
      expect(witness.asked).toEqual([
        [0, 5],
        [0, 5],
      ]);
    }
  });

  test('replayed from an earlier submission', async () => {
    const { log, witness, submit } = await setUp();
    const [line = ''] = (await submit()).values();
    log.grow(1);
    answer(witness, line);
    await expect(submit()).rejects.toMatchObject({ kind: 'false_cosignature' });
  });
});

describe('a bad answer', () => {
  test.each<[string, number, string, Answer['headers'], object]>([
    ['500', 500, 'oops', {}, { kind: 'unavailable', message: 'HTTP status 500' }],
    ['429', 429, '', { 'retry-after': '7' }, { kind: 'unavailable', retryAfterMs: 7_000 }],
    ['503 until a date', 503, '', { 'retry-after': 'Sat, 28 Nov 2026 00:00:00 GMT' }, { retryAfterMs: undefined }],
    ['400', 400, '', {}, { kind: 'malformed' }],
    ['a redirect', 307, '', { location: '/elsewhere' }, { kind: 'unavailable' }],
    ['204', 204, '', {}, { kind: 'malformed' }],
    ['200 without a line', 200, '', {}, { kind: 'false_cosignature' }],
    ['200 with bytes', 200, '\0\xff'.repeat(1000), {}, { kind: 'false_cosignature' }],
    ['409 without a size', 409, '', {}, { kind: 'malformed' }],
    ['409 with a word', 409, 'five\n', {}, { kind: 'malformed' }],
    ['409 with a negative size', 409, '-1\n', {}, { kind: 'malformed' }],
    ['409 with a leading zero', 409, '04\n', {}, { kind: 'malformed' }],
    ['409 with an exponent', 409, '1e9\n', {}, { kind: 'malformed' }],
    ['409 with too large a number', 409, '9007199254740993\n', {}, { kind: 'malformed' }],
    ['409 with a larger size', 409, '6\n', {}, { kind: 'ahead' }],
    ['409 at each try', 409, '3\n', {}, { kind: 'unavailable' }],
  ])('%s is told as what it is', async (_, status, body, headers, failure) => {
    const { witness, submit } = await setUp();
    answer(witness, body, status, headers);
    await expect(submit()).rejects.toMatchObject(failure);
    expect(witness.submissions.length).toBe(body === '3\n' ? 2 : 1);
  });

  test('of megabytes is not read to its end', async () => {
    const { witness, submit } = await setUp();
    const closed = Promise.withResolvers<number>();
    witness.misbehave = (_, response) => {
      let written = 0;
      const chunk = Buffer.alloc(65_536, 'x');
      const write = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
      };
      response.on('drain', write).on('close', () => closed.resolve(written));
      write();
      return 'done';
    };
    await expect(submit()).rejects.toMatchObject({ kind: 'malformed' });
    expect(await closed.promise).toBeLessThan(64 * 2 ** 20);
  });

  test('that never comes, or never ends, is given up', async () => {
    const { witness, submit } = await setUp([ed25519], 200);
    witness.misbehave = () => 'never';
    await expect(submit()).rejects.toMatchObject({ kind: 'unavailable', message: 'no answer in time' });
    witness.misbehave = (_, response) => {
      response.write('— ');
      return 'done';
    };
    await expect(submit()).rejects.toMatchObject({ kind: 'unavailable', message: 'no answer in time' });
  });

  test('of nobody is told', async () => {
    const submit = clientOf({ url: 'http://127.0.0.1:9', keys: [ed25519] }, new TestLog().grow(1));
    await expect(submit()).rejects.toMatchObject({ kind: 'unavailable', message: 'no connection' });
  });
});

test('a log that cannot prove its growth says so and sends nothing', async () => {
  const { witness, log } = await setUp();
  witness.heads.set(origin, { size: 2, root: Buffer.alloc(32) });
  const broken = log.fork(5);
  Object.defineProperty(broken, 'proof', { value: () => Promise.reject(new Error('tile')) });
  await expect(clientOf(witness, broken)()).rejects.toMatchObject({ kind: 'no_proof' });
  Object.defineProperty(broken, 'proof', { value: async () => Array(64).fill(Buffer.alloc(32)) });
  await expect(clientOf(witness, broken)()).rejects.toMatchObject({ kind: 'no_proof' });
  expect(witness.statuses).toEqual([409, 409]);
});

test('a witness that went back is taken at its word once', async () => {
  const { log, witness, submit } = await setUp();
  await submit();
  log.grow(3);
  witness.misbehave = ({ oldSize }) => (oldSize === 5 ? conflict(2) : undefined);
  witness.heads.set(origin, { size: 2, root: rootAt(log, 2) });
  expect([...(await submit()).keys()]).toEqual(['w0']);
  expect(witness.asked.slice(1)).toEqual([
    [5, 8],
    [2, 8],
  ]);
});

function rootAt(log: TestLog, size: number): Buffer {
  return Buffer.from(log.checkpoint(size).split('\n')[2] ?? '', 'base64');
}

function fail(): never {
  throw new Error('there is none');
}
