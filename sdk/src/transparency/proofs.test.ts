import { expect, test } from 'vitest';
import { verifyConsistency, verifyInclusion } from './proofs.ts';
import { NaiveTree } from './test-log.ts';

const leaves = Array.from({ length: 33 }, (_, i) => Buffer.from(`leaf ${i}`));

const naiveRoot = (d: readonly Uint8Array[]) => new NaiveTree(d).root(0, d.length);
const path = (m: number, d: readonly Uint8Array[]) => new NaiveTree(d).path(m, 0, d.length);
const subproof = (m: number, d: readonly Uint8Array[]) => new NaiveTree(d).subproof(m, [0, d.length], true);

function altered(proof: readonly Uint8Array[], at: number): Uint8Array[] {
  return proof.map((hash, i) => (i === at ? hash.map((byte) => byte ^ 1) : hash));
}

test('every entry of every tree is proved, and nothing else', async () => {
  for (let size = 1; size <= leaves.length; size += 1) {
    const tree = leaves.slice(0, size);
    const root = naiveRoot(tree);
    for (const [index, leaf] of tree.entries()) {
      const proof = path(index, tree);
      expect(await verifyInclusion(leaf, index, size, proof, root), `${index} of ${size}`).toBe(true);
      expect(await verifyInclusion(Buffer.from('x'), index, size, proof, root)).toBe(false);
      expect(await verifyInclusion(leaf, index, size, [...proof, root], root)).toBe(false);
      if (proof.length === 0) continue;
      expect(await verifyInclusion(leaf, index, size, proof.slice(1), root)).toBe(false);
      expect(await verifyInclusion(leaf, index, size, altered(proof, proof.length - 1), root)).toBe(false);
      expect(await verifyInclusion(leaf, index ^ 1, size, proof, root)).toBe(false);
    }
  }
});

test('every tree continues every earlier one, and nothing else', async () => {
  for (let later = 1; later <= leaves.length; later += 1) {
    const tree = leaves.slice(0, later);
    const root = naiveRoot(tree);
    for (let earlier = 1; earlier <= later; earlier += 1) {
      const earlierRoot = naiveRoot(leaves.slice(0, earlier));
      const proof = subproof(earlier, tree);
      const claim = [earlier, later] as const;
      expect(await verifyConsistency(...claim, proof, earlierRoot, root), `${earlier} to ${later}`).toBe(true);
      expect(await verifyConsistency(...claim, proof, naiveRoot([]), root)).toBe(false);
      expect(await verifyConsistency(...claim, proof, earlierRoot, naiveRoot([]))).toBe(false);
      expect(await verifyConsistency(...claim, [...proof, root], earlierRoot, root)).toBe(false);
      if (proof.length === 0) continue;
      expect(await verifyConsistency(...claim, proof.slice(0, -1), earlierRoot, root)).toBe(false);
      for (const at of proof.keys()) {
        expect(await verifyConsistency(...claim, altered(proof, at), earlierRoot, root)).toBe(false);
      }
    }
  }
});

test.each([
  [-1, 5],
  [5, 5],
  [0.5, 5],
  [0, 2 ** 53],
])('entry %d of %d is never proved', async (index, size) => {
  expect(await verifyInclusion(Buffer.from('x'), index, size, [], naiveRoot([Buffer.from('x')]))).toBe(false);
});

test('every tree continues the empty one without a proof, and no tree an earlier larger one', async () => {
  const [empty, one] = [naiveRoot([]), naiveRoot(leaves.slice(0, 1))];
  expect(await verifyConsistency(0, 1, [], empty, one)).toBe(true);
  expect(await verifyConsistency(0, 1, [one], empty, one)).toBe(false);
  expect(await verifyConsistency(0, 0, [], empty, empty)).toBe(true);
  expect(await verifyConsistency(0, 1, [], one, one)).toBe(false);
  expect(await verifyConsistency(2, 1, [], one, one)).toBe(false);
});
