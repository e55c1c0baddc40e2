import { beforeAll, expect, test } from 'vitest';
import { parseCheckpoint } from './checkpoint.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import { verifyConsistency, verifyInclusion } from './proofs.ts';
import { proveConsistency, proveInclusion, proveRecord } from './prove.ts';
import { makeLog, makeLogSigners, recordEntries, type TestLog, type TestSigner, utf8 } from './test-log.ts';
import { parseProof } from './tlog-proof.ts';

let signers: TestSigner[];
beforeAll(async () => {
  signers = await makeLogSigners();
});

function checkpointOf({ files }: TestLog) {
  const checkpoint = parseCheckpoint(files.get('checkpoint') ?? new Uint8Array());
  if (checkpoint === undefined) throw new Error('no checkpoint');
  return checkpoint;
}

/** Sizes around each power of two, where trees split, and around a full tile. */
const sizes = [...Array.from({ length: 40 }, (_, i) => i + 1), 64, 65, 129, 255, 256, 257, 300, 513];
const entries = recordEntries(513);

test('every entry of trees of up to some hundreds is proved as RFC 6962 has it', async () => {
  for (const size of sizes) {
    const log = await makeLog(entries.slice(0, size), signers);
    const checkpoint = checkpointOf(log);
    for (let index = 0; index < size; index += 1) {
      const proof = await proveInclusion(log.source, index, checkpoint);
      expect(proof, `${index} of ${size}`).toEqual(log.tree.path(index, 0, size));
      expect(await verifyInclusion(entries[index] ?? utf8(''), index, size, proof, checkpoint.root)).toBe(true);
    }
  }
});

test('every continuation is proved as RFC 6962 has it, under the checkpoint of the same or a later tree', async () => {
  const log = await makeLog(entries, signers);
  for (const later of sizes) {
    for (const earlier of sizes.filter((size) => size <= later)) {
      const proof = await proveConsistency(log.source, earlier, later);
      expect(proof, `${earlier} to ${later}`).toEqual(log.tree.subproof(earlier, [0, later], true));
      const roots = [log.tree.root(0, earlier), log.tree.root(0, later)] as const;
      expect(await verifyConsistency(earlier, later, proof, ...roots)).toBe(true);
    }
  }
  expect(await proveConsistency(log.source, 0, 513)).toEqual([]);
});

test('a tree of three levels is proved, and only the tiles on the way are read', async () => {
  const many = recordEntries(66_000);
  const log = await makeLog(many, signers);
  const checkpoint = checkpointOf(log);
  for (const index of [0, 255, 256, 4711, 65_279, 65_280, 65_535, 65_536, 65_791, 65_792, 65_999]) {
    log.reads.length = 0;
    const proof = await proveInclusion(log.source, index, checkpoint);
    expect(proof).toEqual(log.tree.path(index, 0, 66_000));
    expect(await verifyInclusion(many[index] ?? utf8(''), index, 66_000, proof, checkpoint.root)).toBe(true);
    expect(log.reads.length).toBeLessThanOrEqual(5);
  }
  for (const earlier of [1, 255, 256, 300, 65_535, 65_536, 65_537, 65_900, 66_000]) {
    log.reads.length = 0;
    expect(await proveConsistency(log.source, earlier, 66_000)).toEqual(log.tree.subproof(earlier, [0, 66_000], true));
    expect(log.reads.length).toBeLessThanOrEqual(7);
  }
});

test('a partial tile that is gone is read from the full one', async () => {
  const small = await makeLog(entries.slice(0, 300), signers);
  const grown = await makeLog(entries.slice(0, 600), signers);
  for (const path of ['checkpoint', 'tile/1/000.p/1']) grown.files.set(path, small.files.get(path) ?? utf8(''));
  const proof = await proveInclusion(grown.source, 299, checkpointOf(small));
  expect(proof).toEqual(small.tree.path(299, 0, 300));
});

test('a receipt holds the entry, its proof and the checkpoint', async () => {
  const log = await makeLog(entries.slice(0, 300), signers);
  const proof = parseProof(await proveRecord(log.source, 270));
  expect(proof).toEqual({
    extra: entries[270],
    index: 270,
    hashes: log.tree.path(270, 0, 300),
    checkpoint: new TextDecoder().decode(log.files.get('checkpoint')),
  });
});

test.each([-1, 300, 0.5, Number.NaN, 2 ** 53])('there is no entry %d of 300', async (index) => {
  const log = await makeLog(entries.slice(0, 300), signers);
  await expect(proveInclusion(log.source, index, checkpointOf(log))).rejects.toThrow(RangeError);
  await expect(proveRecord(log.source, index)).rejects.toThrow(RangeError);
});

test.each([
  [5, 301],
  [6, 5],
  [-1, 5],
  [0.5, 5],
])('there is no continuation from %d to %d in a log of 300', async (earlier, later) => {
  const log = await makeLog(entries.slice(0, 300), signers);
  await expect(proveConsistency(log.source, earlier, later)).rejects.toThrow(RangeError);
});

test.each(['tile/0/001.p/44', 'tile/1/000.p/1', 'tile/entries/001.p/44', 'checkpoint'])(
  'nothing is proved with %s missing, cut or altered',
  async (path) => {
    for (const damage of [
      () => undefined,
      (bytes: Uint8Array) => bytes.slice(0, -1),
      (bytes: Uint8Array) => bytes.map((byte, i) => (i === 30 ? byte ^ 1 : byte)),
    ]) {
      const log = await makeLog(entries.slice(0, 300), signers);
      const damaged = damage(log.files.get(path) ?? new Uint8Array());
      if (damaged === undefined) log.files.delete(path);
      else log.files.set(path, damaged);
      await expect(proveRecord(log.source, path.includes('entries') ? 256 : 280)).rejects.toThrow(DamagedLogError);
      if (!path.includes('entries'))
        await expect(proveConsistency(log.source, 257, 300)).rejects.toThrow(DamagedLogError);
    }
  },
);
