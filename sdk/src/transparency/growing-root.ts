import { tileWidth } from './tile-source.ts';
import { emptyRoot, type Hash, nodeHash, rootOf } from './tree-hash.ts';

/** Root of a tree from its right edge: the growing tiles hold the perfect subtrees, the largest in the highest level. */
export async function rootOfEdge(levels: Iterable<readonly Hash[]>): Promise<Hash> {
  let root: Hash | undefined;
  for (const hashes of levels) root = await joined(hashes, root);
  return root ?? emptyRoot();
}

/** Root over the perfect subtrees of one level with what the levels below leave on their right. */
async function joined(hashes: readonly Hash[], right: Hash | undefined): Promise<Hash | undefined> {
  let root = right;
  let end = hashes.length;
  for (let width = 1; width < tileWidth; width *= 2) {
    if ((hashes.length & width) === 0) continue;
    const left = await rootOf(hashes.slice(end - width, end));
    root = root === undefined ? left : await nodeHash(left, root);
    end -= width;
  }
  return root;
}
