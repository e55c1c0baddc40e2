import { expect, test } from 'vitest';
import { verifyConsistency, verifyReceipt } from '../../../sdk/src/transparency/transparency.ts';
import { consistencyPath, inclusionPath } from './proofs.ts';
import { appendMany, entriesOnDisk, headOf, naiveRoot, openLog, temporaryFolder } from './test-log.ts';
import { leafHash, perfectRoot } from './tree.ts';

/** A tree whose leaves are in memory: the tiles are cut from the rows of perfect subtrees. */
function tilesOf(leaves: readonly Buffer[]) {
  const hashes = leaves.map((leaf) => leafHash(leaf));
  return async (level: number, index: number): Promise<readonly Buffer[]> => {
    const width = 256 ** level;
    const count = Math.floor(hashes.length / width);
    const row = Array.from({ length: Math.min(256, count - index * 256) }, (_, i) => {
      const start = (index * 256 + i) * width;
      return perfectRoot(hashes.slice(start, start + width));
    });
    return row;
  };
}

/** RFC 6962 section 2.1.1, written down as it stands there: PATH(m, D[n]). */
function naivePath(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return index < k
    ? [...naivePath(index, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(index - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

/** RFC 6962 section 2.1.2: SUBPROOF(m, D[n], b). */
function naiveSubproof(m: number, leaves: readonly Buffer[], isWhole: boolean): Buffer[] {
  if (m === leaves.length) return isWhole ? [] : [naiveRoot(leaves)];
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return m <= k
    ? [...naiveSubproof(m, leaves.slice(0, k), isWhole), naiveRoot(leaves.slice(k))]
    : [...naiveSubproof(m - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => Buffer.from(`leaf ${i}`));

test.each([1, 2, 3, 7, 8, 31, 70, 255, 256, 257, 515, 700])(
  'paths in a tree of %i leaves are those of RFC 6962',
  async (count) => {
    const leaves = leavesOf(count);
    const tiles = tilesOf(leaves);
    const step = count > 100 ? 13 : 1;
    for (let at = 0; at < count; at += step) {
      expect(await inclusionPath(at, count, tiles)).toEqual(naivePath(at, leaves));
      expect(await consistencyPath(at + 1, count, tiles)).toEqual(naiveSubproof(at + 1, leaves, true));
    }
    expect(await consistencyPath(0, count, tiles)).toEqual([]);
  },
);

test('a receipt holds the record and verifies with the keys of the log alone', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  await appendMany(log, 0, 300);
  for (const index of [0, 17, 255, 256, 299]) {
    const report = await verifyReceipt(await log.receipt(index), { keys: log.verifierKeys });
    expect(report).toMatchObject({ ok: true, problems: [], index, size: 300, record: { details: { number: index } } });
  }
  await log.close();
});

test('whoever asks for a receipt gets the next checkpoint, and many get the same one', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  const receipts = await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const index = await log.append({ phase: 'use', operation: 'subtle.sign', outcome: 'ok', details: { number: i } });
      return log.receipt(index);
    }),
  );
  const notes = new Set(receipts.map((receipt) => receipt.slice(receipt.indexOf('\n\n') + 2)));
  expect(notes.size).toBeLessThanOrEqual(2);
  for (const receipt of receipts) {
    expect(await verifyReceipt(receipt, { keys: log.verifierKeys })).toMatchObject({ ok: true });
  }
  await log.close();
});

test('a receipt from before a restart verifies after it, and old records get new receipts', async () => {
  using folder = temporaryFolder();
  const first = await openLog(folder.path);
  await appendMany(first, 0, 600);
  const old = await first.receipt(5);
  await first.close();
  const second = await openLog(folder.path);
  await appendMany(second, 600, 500);
  await second.checkpoint();
  const fresh = await second.receipt(5);
  expect(fresh).not.toBe(old);
  for (const receipt of [old, fresh]) {
    expect(await verifyReceipt(receipt, { keys: second.verifierKeys })).toMatchObject({ ok: true, index: 5 });
  }
  await second.close();
});

test('a later checkpoint is proved to continue an earlier one', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  const heads: { size: number; root: string }[] = [];
  for (const count of [1, 254, 1, 300, 77]) {
    await appendMany(log, 0, count);
    heads.push(headOf(await log.checkpoint()));
  }
  for (const earlier of heads) {
    for (const later of heads.filter(({ size }) => size >= earlier.size)) {
      const proof = await log.consistency(earlier.size, later.size);
      const roots = [earlier.root, later.root].map((root) => Buffer.from(root, 'base64')) as [Buffer, Buffer];
      expect(await verifyConsistency(earlier.size, later.size, proof, ...roots)).toBe(true);
    }
  }
  await log.close();
  expect(entriesOnDisk(folder.path, 633)).toHaveLength(633);
});
