import { expect, test } from 'vitest';
import { LogReader } from './log-reader.ts';
import { commitTo, TestLog, testRecord } from './test-log.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function logOf(count: number): TestLog {
  const log = new TestLog();
  log.fill(count);
  log.publish();
  return log;
}

async function indexes(log: TestLog, start = 0, end?: number): Promise<number[]> {
  const reader = await LogReader.open(log, [log.verifierKey]);
  return (await collect(reader.entries(start, end))).map(({ index }) => index);
}

test.each([0, 1, 2, 255, 256, 257, 511, 512, 1000, 65_536, 66_000])('reads a log of %i records', async (count) => {
  const log = logOf(count);
  const found = await indexes(log);
  expect(found).toEqual(Array.from({ length: count }, (_, i) => i));
  if (count > 300) expect(await indexes(log, 250, 300)).toEqual(Array.from({ length: 50 }, (_, i) => 250 + i));
});

test('the root at every earlier size is that of RFC 6962', async () => {
  const log = logOf(1030);
  const reader = await LogReader.open(log, []);
  for (const size of [0, 1, 3, 255, 256, 257, 512, 700, 768, 1023, 1024, 1029, 1030]) {
    expect(Buffer.from(await reader.rootAt(size)).equals(log.root(size)), String(size)).toBe(true);
  }
});

test.each([
  ['every byte', 20, Number.POSITIVE_INFINITY],
  ['400 bytes of each file', 260, 400],
])('%s of bundles, tiles and checkpoint flipped: each is noticed', async (name, count, most) => {
  const log = logOf(count);
  const originals = new Map(log.files);
  let flips = 0;
  for (const [path, bytes] of originals) {
    if (path.startsWith('personal')) continue;
    const step = Math.max(1, Math.floor(bytes.length / most));
    for (let at = 0; at < bytes.length; at += step) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed[at] ?? 0) ^ 1, at);
      log.files.set(path, changed);
      await expect(indexes(log), `${path} byte ${at}`).rejects.toThrow(/does not verify|malformed/);
      flips += 1;
    }
    log.files.set(path, bytes);
  }
  expect(await indexes(log)).toHaveLength(count);
  console.log(`${name}: ${flips} of ${flips} flips were noticed`);
});

test('names the first bad entry, and gives out those before its bundle', async () => {
  const log = logOf(600);
  const bundle = Buffer.from(log.files.get('tile/entries/001') ?? []);
  bundle.writeUInt8((bundle.at(-1) ?? 0) ^ 1, bundle.length - 1);
  log.files.set('tile/entries/001', bundle);
  const reader = await LogReader.open(log, [log.verifierKey]);
  const seen: number[] = [];
  const reading = async () => {
    for await (const { index } of reader.entries(0)) seen.push(index);
  };
  await expect(reading).rejects.toThrow('first bad entry 511: it was changed');
  expect(seen.at(-1)).toBe(255);
});

test('a log that grew meanwhile is read under its earlier checkpoint', async () => {
  const log = logOf(200);
  const reader = await LogReader.open(log, [log.verifierKey]);
  log.fill(100);
  log.publish();
  expect(await collect(reader.entries(0))).toHaveLength(200);
});

test('a pruned log says where what remains begins', async () => {
  const log = logOf(600);
  log.files.delete('tile/entries/000');
  log.files.delete('tile/0/000');
  log.files.set('retention', Buffer.from(`${log.origin}\nferrohsm-retention/v1\nminimum-index 256\n`));
  await expect(indexes(log)).rejects.toMatchObject({ exitStatus: 66, hint: expect.stringContaining('--start 256') });
  expect(await indexes(log, 256)).toHaveLength(344);
});

test('keys that did not sign open nothing', async () => {
  const [log, other] = [logOf(3), logOf(3)];
  await expect(LogReader.open(log, [other.verifierKey])).rejects.toThrow('no Ed25519 signature of test.example/log');
  await expect(LogReader.open(log, [log.verifierKey, other.verifierKey])).rejects.toThrow('does not verify');
});

test('personal fields are shown only when the record committed to them', async () => {
  const log = new TestLog();
  const [alice, bob] = [commitTo({ principal: 'alice' }), commitTo({ principal: 'bob' })];
  log.add(testRecord(0, { actor: alice.actor }), alice.opening);
  log.add(testRecord(1, { actor: alice.actor }), bob.opening);
  log.add(testRecord(2, { actor: alice.actor }));
  log.add(testRecord(3));
  log.publish();
  const reader = await LogReader.open(log, [log.verifierKey]);
  const seen = (await collect(reader.entries(0))).map(({ opening, personal }) => [opening, personal?.principal]);
  expect(seen).toEqual([
    ['valid', 'alice'],
    ['wrong', undefined],
    ['none', undefined],
    ['none', undefined],
  ]);
});
