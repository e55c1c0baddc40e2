import { describe, expect, test } from 'vitest';
import { makeLog, makeLogSigners, makeSigner, recordEntries } from '../../../sdk/src/transparency/test-log.ts';
import { rotationEntry, vkeys } from '../../../sdk/src/transparency/test-rotation.ts';
import { LogReader } from './log-reader.ts';
import { commitTo, TestLog } from './test-log.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function indexes(log: TestLog, start = 0, end?: number): Promise<number[]> {
  const reader = await LogReader.open(log, { trust: { keys: log.keys } });
  return (await collect(reader.entries(start, end))).map(({ index }) => index);
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

test.each([0, 1, 2, 255, 256, 257, 511, 512, 1000, 65_536, 66_000])('reads a log of %i records', async (count) => {
  const log = await TestLog.of(count);
  const found = await indexes(log);
  expect(found).toEqual(range(0, count));
  if (count > 300) expect(await indexes(log, 250, 300)).toEqual(range(250, 300));
});

test('the root at every earlier size is that of RFC 6962', async () => {
  const log = await TestLog.of(1030);
  const reader = await LogReader.open(log, {});
  for (const size of [0, 1, 3, 255, 256, 257, 512, 700, 768, 1023, 1024, 1029, 1030]) {
    expect(await reader.rootAt(size), String(size)).toEqual(log.root(size));
  }
});

test.each([
  ['every byte', 20, Number.POSITIVE_INFINITY],
  ['400 bytes of each file', 260, 400],
])('%s of bundles, tiles and checkpoint flipped: each is noticed', async (name, count, most) => {
  const log = await TestLog.of(count);
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
  const log = await TestLog.of(600);
  const bundle = Buffer.from(log.files.get('tile/entries/001') ?? []);
  bundle.writeUInt8((bundle.at(-1) ?? 0) ^ 1, bundle.length - 1);
  log.files.set('tile/entries/001', bundle);
  const reader = await LogReader.open(log, { trust: { keys: log.keys } });
  const seen: number[] = [];
  const reading = async () => {
    for await (const { index } of reader.entries(0)) seen.push(index);
  };
  await expect(reading).rejects.toThrow('first bad entry 511: it was changed');
  expect(seen.at(-1)).toBe(255);
});

test('a log that grew meanwhile is read under its earlier checkpoint', async () => {
  const log = await TestLog.of(200);
  const reader = await LogReader.open(log, { trust: { keys: log.keys } });
  log.fill(100);
  await log.publish();
  expect(await collect(reader.entries(0))).toHaveLength(200);
});

test('keys that did not sign open nothing', async () => {
  const [log, other] = [await TestLog.of(3), await TestLog.of(3)];
  await expect(LogReader.open(log, { trust: { keys: other.keys } })).rejects.toThrow(
    'no Ed25519 signature of log.example/audit',
  );
  await expect(LogReader.open(log, { trust: { keys: [...log.keys, ...other.keys] } })).rejects.toThrow(
    'does not verify',
  );
});

describe('a pruned log', () => {
  test('is read from where it begins, and says what is left out', async () => {
    const log = await TestLog.of(600);
    await log.prune(256);
    const left: [number, number][] = [];
    const onPruned = (start: number, end: number) => void left.push([start, end]);
    const reader = await LogReader.open(log, { trust: { keys: log.keys }, onPruned });
    const read = async (start: number, end?: number) =>
      (await collect(reader.entries(start, end))).map(({ index }) => index);
    expect(await read(0)).toEqual(range(256, 600));
    expect(await read(100, 300)).toEqual(range(256, 300));
    expect(await read(10, 20)).toEqual([]);
    expect(await read(256)).toEqual(range(256, 600));
    expect(left).toEqual([
      [0, 256],
      [100, 256],
      [10, 20],
    ]);
  });

  test('may be pruned while it is read', async () => {
    const log = await TestLog.of(1000);
    const left: [number, number][] = [];
    const onPruned = (start: number, end: number) => void left.push([start, end]);
    const reader = await LogReader.open(log, { trust: { keys: log.keys }, onPruned });
    const found: number[] = [];
    for await (const { index } of reader.entries(0)) {
      found.push(index);
      if (index === 0) await log.prune(768);
    }
    expect(found).toEqual([...range(0, 256), ...range(768, 1000)]);
    expect(left).toEqual([[256, 768]]);
  });

  test('that only claims to be pruned does not verify', async () => {
    const log = await TestLog.of(600);
    await log.prune(256, await makeLogSigners());
    await expect(indexes(log)).rejects.toThrow('retention: no valid Ed25519 signature');
    log.files.delete('retention');
    await expect(indexes(log)).rejects.toThrow('first bad entry 0: its bundle is missing');
  });
});

describe('rotated keys', () => {
  test('are followed from the keys that were pinned', async () => {
    const log = await TestLog.of(300);
    const keys = log.keys;
    await log.rotateKeys();
    log.fill(300);
    await log.publish();
    const reader = await LogReader.open(log, { trust: { keys } });
    expect(reader.successions).toHaveLength(1);
    expect(await collect(reader.entries(0))).toHaveLength(601);
    const [stranger] = await makeLogSigners();
    await expect(LogReader.open(log, { trust: { keys: [stranger?.vkey ?? ''] } })).rejects.toThrow('does not verify');
  });

  test('whose record was pruned are known only by what was kept of it', async () => {
    const log = await TestLog.of(10);
    const keys = log.keys;
    await log.rotateKeys();
    log.fill(600);
    await log.publish();
    const { successions } = await LogReader.open(log, { trust: { keys } });
    await log.prune(256);
    await expect(LogReader.open(log, { trust: { keys } })).rejects.toMatchObject({
      exitStatus: 1,
      hint: expect.stringContaining('pin the newer keys'),
    });
    const reader = await LogReader.open(log, { trust: { keys }, successions });
    expect(await collect(reader.entries(0))).toHaveLength(611 - 256);
    await expect(LogReader.open(log, { trust: { keys }, successions: ['{}'] })).rejects.toMatchObject({
      exitStatus: 65,
    });
  });
});

test('keys that a known rotation retired sign for nothing any more', async () => {
  const [first, second] = await Promise.all([makeLogSigners(), makeLogSigners()]);
  const rotated = recordEntries(300).with(100, await rotationEntry(100, { from: first, to: second }));
  const trust = { keys: vkeys(first) };
  const { successions } = await LogReader.open((await makeLog(rotated, second)).source, { trust });
  await expect(LogReader.open((await makeLog(rotated, first)).source, { trust, successions })).rejects.toThrow(
    'signed with keys that the log has retired',
  );
});

test.each([0, 200, 256, 300, 599])('by a policy a busy log is read up to its %d witnessed records', async (at) => {
  const signers = await makeLogSigners();
  const witness = await makeSigner('witness.example', 'Ed25519 witness');
  const logs = vkeys(signers).map((key) => `log ${key}\n`);
  const policy = `${logs.join('')}witness w ${witness.vkey}\nquorum w\n`;
  const log = await makeLog(recordEntries(600), signers);
  const open = () => LogReader.open(log.source, { trust: { policy } });
  await expect(open()).rejects.toThrow('not cosigned by the quorum w');
  const earlier = await makeLog(recordEntries(at), [...signers, witness]);
  log.files.set('checkpoint.witnessed', earlier.files.get('checkpoint') ?? new Uint8Array());
  const reader = await open();
  expect(reader.checkpoint.size).toBe(at);
  expect((await collect(reader.entries(0))).map(({ index }) => index)).toEqual(range(0, at));
  expect(await reader.rootAt(at)).toEqual(earlier.tree.root(0, at));
});

test('personal fields are shown only when the record committed to them', async () => {
  const log = await TestLog.make();
  const [alice, bob] = [commitTo({ principal: 'alice' }), commitTo({ principal: 'bob' })];
  log.add({ actor: alice.actor }, alice.opening);
  log.add({ actor: alice.actor }, bob.opening);
  log.add({ actor: alice.actor });
  log.add();
  await log.publish();
  const reader = await LogReader.open(log, { trust: { keys: log.keys } });
  const seen = (await collect(reader.entries(0))).map(({ opening, personal }) => [opening, personal?.principal]);
  expect(seen).toEqual([
    ['valid', 'alice'],
    ['wrong', undefined],
    ['none', undefined],
    ['none', undefined],
  ]);
});
