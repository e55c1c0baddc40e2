import { expect, test } from 'vitest';
import { naiveRoot } from './test-log.ts';
import { edgeShape } from './tiles.ts';
import { leafHash, perfectRoot, type Tile, Tree, tileWidth } from './tree.ts';

const leaves = Array.from({ length: 1100 }, (_, i) => Buffer.from(`leaf ${i}`));

test('the root equals the recursive definition of RFC 6962 at every size', () => {
  const tree = new Tree();
  expect(tree.root()).toEqual(naiveRoot([]));
  for (const [i, leaf] of leaves.slice(0, 300).entries()) {
    tree.append(leafHash(leaf));
    expect(tree.root()).toEqual(naiveRoot(leaves.slice(0, i + 1)));
  }
});

test.each([0, 1, 255, 256, 257, 511, 512, 768, 1024, 1025])(
  'a tree that is rebuilt from its edge of %i leaves goes on like the first',
  (size) => {
    const first = new Tree();
    for (const leaf of leaves.slice(0, size)) first.append(leafHash(leaf));
    const copies: Tile[] = first.edge.map((tile) => ({ ...tile, hashes: [...tile.hashes] }));
    const second = Tree.fromEdge(size, copies);
    for (const leaf of leaves.slice(size)) {
      expect(second.append(leafHash(leaf))).toEqual(first.append(leafHash(leaf)));
    }
    expect(second.root()).toEqual(naiveRoot(leaves));
  },
);

test('the edge has the shape that the size says, also where a tile was just completed', () => {
  const tree = new Tree();
  for (let size = 1; size <= 600; size += 1) {
    tree.append(leafHash(Buffer.from(String(size))));
    const shape = tree.edge.map(({ level, index, hashes }) => ({ level, index, width: hashes.length }));
    expect(shape).toEqual(edgeShape(size));
  }
});

test('a full tile holds the leaf hashes, and its root is the hash one level up', () => {
  const tree = new Tree();
  const completed = leaves.slice(0, tileWidth).flatMap((leaf) => tree.append(leafHash(leaf)));
  expect(completed.map(({ level, index }) => [level, index])).toEqual([[0, 0]]);
  expect(completed[0]?.hashes).toEqual(leaves.slice(0, tileWidth).map(leafHash));
  expect(tree.edge[1]?.hashes).toEqual([perfectRoot(completed[0]?.hashes ?? [])]);
});
