import { hash, randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MerkleTree, type NodeStore } from './merkle-tree.ts';

class CountingNodes implements NodeStore {
  readonly nodes = new Map<string, Buffer>();
  touched = 0;

  read(prefix: string): Buffer | undefined {
    this.touched++;
    return this.nodes.get(prefix);
  }

  write(prefix: string, node: Buffer): void {
    this.touched++;
    this.nodes.set(prefix, node);
  }

  remove(prefix: string): void {
    this.touched++;
    this.nodes.delete(prefix);
  }
}

function key(index: number): Buffer {
  return hash('sha256', `row ${index}`, 'buffer');
}

function set(tree: MerkleTree, key: Buffer, value: Buffer): void {
  tree.change([{ key, value }]);
}

function remove(tree: MerkleTree, key: Buffer): void {
  tree.change([{ key, value: undefined }]);
}

function filled(count: number): { nodes: CountingNodes; tree: MerkleTree } {
  const nodes = new CountingNodes();
  const tree = MerkleTree.create(nodes);
  for (let index = 0; index < count; index++) set(tree, key(index), hash('sha256', `value ${index}`, 'buffer'));
  return { nodes, tree };
}

/** Keys that often share their first digits. */
function near(index: number): Buffer {
  return Buffer.concat([Buffer.of(index % 3, (index >> 2) % 5), key(index).subarray(2)]);
}

function content(index: number, round: number): Buffer {
  return hash('sha256', `value ${index} of ${round}`, 'buffer');
}

/** The root by its definition: tag, used slots, branches, then the slots in order. */
function rootOf(rows: readonly { readonly key: Buffer; readonly value: Buffer }[], depth = 0): Buffer {
  const digitOf = (key: Buffer) => Number.parseInt(key.toString('hex').charAt(depth), 16);
  let [used, branches] = [0, 0];
  const parts: Buffer[] = [];
  for (let digit = 0; digit < 16; digit++) {
    const below = rows.filter(({ key }) => digitOf(key) === digit);
    const [only] = below;
    if (only === undefined) continue;
    used |= 1 << digit;
    if (below.length > 1) branches |= 1 << digit;
    parts.push(...(below.length > 1 ? [rootOf(below, depth + 1)] : [only.key, only.value]));
  }
  const head = Buffer.from([1, used >> 8, used & 255, branches >> 8, branches & 255]);
  return hash('sha256', Buffer.concat([head, ...parts]), 'buffer');
}

function measure(tree: MerkleTree): { nodes: number; leaves: number } {
  const leaves = [...tree.nodes()];
  return { nodes: leaves.length, leaves: leaves.reduce((sum, count) => sum + count, 0) };
}

describe('MerkleTree', () => {
  test('finds what was set and proves the rest absent', () => {
    const { tree } = filled(300);
    for (let index = 0; index < 300; index++) {
      expect(tree.find(key(index))).toEqual(hash('sha256', `value ${index}`, 'buffer'));
    }
    for (let index = 300; index < 600; index++) expect(tree.find(key(index))).toBeUndefined();
  });

  test('the root depends on the rows only, not on order or history', () => {
    const straight = filled(200).tree;
    const nodes = new CountingNodes();
    const tree = MerkleTree.create(nodes);
    for (let index = 399; index >= 0; index--) set(tree, key(index), hash('sha256', `other ${index}`, 'buffer'));
    for (let index = 0; index < 200; index++) set(tree, key(index), hash('sha256', `value ${index}`, 'buffer'));
    for (let index = 200; index < 400; index++) remove(tree, key(index));
    expect(tree.root).toEqual(straight.root);
    expect(measure(tree)).toEqual(measure(straight));
    expect(nodes.nodes.size).toBe(measure(tree).nodes);
  });

  test('any batches of changes lead to the root of the rows that are left', () => {
    const place = fc.integer({ min: 0, max: 400 });
    const batch = fc.uniqueArray(fc.tuple(place, fc.boolean()), { maxLength: 150, selector: ([index]) => index });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 6 }), (batches) => {
        const tree = MerkleTree.create(new CountingNodes());
        const rows = new Map<number, Buffer>();
        for (const [round, changes] of batches.entries()) {
          const made = changes.filter(([index, isSet]) => isSet || rows.has(index));
          tree.change(
            made.map(([index, isSet]) => ({ key: near(index), value: isSet ? content(index, round) : undefined })),
          );
          for (const [index, isSet] of made) {
            if (isSet) rows.set(index, content(index, round));
            else rows.delete(index);
          }
        }
        expect(tree.root).toEqual(rootOf([...rows].map(([index, value]) => ({ key: near(index), value }))));
        expect(measure(tree).leaves).toBe(rows.size);
      }),
      { numRuns: 200 },
    );
  });

  test('a row that is not there cannot go', () => {
    const { tree } = filled(30);
    const { root } = tree;
    expect(() => remove(tree, key(31))).toThrow('does not hold the row');
    expect(tree.root).toEqual(root);
  });

  test('an emptied tree has the root of a new one', () => {
    const { tree } = filled(50);
    for (let index = 0; index < 50; index++) remove(tree, key(index));
    expect(tree.root).toEqual(MerkleTree.create(new CountingNodes()).root);
    expect(measure(tree)).toEqual({ nodes: 1, leaves: 0 });
  });

  test('keys that share all but the last digit stand apart', () => {
    const tree = MerkleTree.create(new CountingNodes());
    const near = Array.from({ length: 16 }, (_, index) =>
      Buffer.concat([Buffer.alloc(31, 0xab), Buffer.of(0xc0 + index)]),
    );
    for (const [index, one] of near.entries()) set(tree, one, Buffer.alloc(32, index));
    for (const [index, one] of near.entries()) expect(tree.find(one)).toEqual(Buffer.alloc(32, index));
    for (const one of near.slice(1)) remove(tree, one);
    expect(measure(tree)).toEqual({ nodes: 1, leaves: 1 });
  });

  test('the cost of a change does not grow with the number of rows', () => {
    const { nodes, tree } = filled(20);
    const small = mostTouched(nodes, () => set(tree, randomBytes(32), randomBytes(32)), 20);
    for (let index = 20; index < 2000; index++) set(tree, key(index), hash('sha256', `value ${index}`, 'buffer'));
    const large = mostTouched(nodes, () => set(tree, randomBytes(32), randomBytes(32)), 200);
    // 2 000 rows lie in three levels; a split may add a few. Hashing all rows would touch hundreds.
    expect(small).toBeLessThanOrEqual(12);
    expect(large).toBeLessThanOrEqual(16);
    expect(mostTouched(nodes, () => tree.find(key(7)), 1)).toBeLessThanOrEqual(5);
  });

  test('refuses every changed byte of a node on the way', () => {
    const { nodes, tree } = filled(40);
    const root = nodes.nodes.get('') ?? Buffer.alloc(0);
    for (let offset = 0; offset < root.length; offset++) {
      const changed = Buffer.from(root);
      changed[offset] = changed.readUInt8(offset) ^ 1;
      nodes.nodes.set('', changed);
      expect(() => tree.find(key(1))).toThrow('does not verify');
      expect(() => set(tree, key(1), randomBytes(32))).toThrow('does not verify');
      expect(() => remove(tree, key(1))).toThrow('does not verify');
    }
  });

  test('refuses a missing node, and an old one in its place', () => {
    const { nodes, tree } = filled(40);
    const old = Buffer.from(nodes.nodes.get('') ?? '');
    set(tree, key(1), randomBytes(32));
    nodes.nodes.set('', old);
    expect(() => tree.find(key(1))).toThrow('does not verify');
    nodes.nodes.delete('');
    expect(() => tree.find(key(1))).toThrow('missing');
  });
});

function mostTouched(nodes: CountingNodes, change: () => unknown, times: number): number {
  let most = 0;
  for (let time = 0; time < times; time++) {
    nodes.touched = 0;
    change();
    most = Math.max(most, nodes.touched);
  }
  return most;
}

test('the nodes that it keeps hold nothing of the shared pool', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { root } = MerkleTree.create(new CountingNodes());
  const stored = new Map<string, string>([['', '0100000000']]);
  const nodes: NodeStore = {
    read: (prefix) => Buffer.from(stored.get(prefix) ?? '', 'hex'),
    write: (prefix, node) => stored.set(prefix, node.toString('hex')),
    remove: (prefix) => stored.delete(prefix),
  };
  const tree = new MerkleTree(nodes, root, 4);
  collect();
  const before = process.memoryUsage().arrayBuffers;
  for (let index = 0; index < 300; index++) {
    set(tree, key(index), content(index, 0));
    // Others take of the pool too, so that each node lies in another block of it.
    for (let other = 0; other < 4; other++) Buffer.allocUnsafe(Buffer.poolSize / 4);
  }
  // Memory of array buffers is freed by another thread after the collection.
  const grown = () => {
    collect();
    return process.memoryUsage().arrayBuffers - before;
  };
  await expect.poll(grown, { timeout: 5000 }).toBeLessThan(2 ** 20);
  expect(tree.find(key(7))?.equals(content(7, 0))).toBe(true);
});
