import { corruption } from './corruption.ts';
import { decodeNode, emptySlots, encodeNode, type Leaf, nodeHash, type Slot, slotIndex } from './merkle-node.ts';

/** Where the nodes lie; `prefix` is the way from the root in hexadecimal digits, '' for the root. */
export interface NodeStore {
  read(prefix: string): Buffer | undefined;
  write(prefix: string, node: Buffer): void;
  remove(prefix: string): void;
}

/**
 * A 16-ary Merkle tree over hashed row paths. A leaf stands in the highest node where it is alone on its way, so the
 * root depends on the set of rows only, and a change touches one node a level: about log16 of the number of rows.
 * Each node is checked against the hash in its parent before it is believed, so an update never launders a node that
 * was tampered with.
 */
export class MerkleTree {
  readonly #nodes: NodeStore;
  #root: Buffer;

  /** `root` must come from a trusted place. */
  constructor(nodes: NodeStore, root: Buffer) {
    this.#nodes = nodes;
    this.#root = root;
  }

  /** A tree without rows. */
  static create(nodes: NodeStore): MerkleTree {
    const node = encodeNode(emptySlots());
    nodes.write('', node);
    return new MerkleTree(nodes, nodeHash(node));
  }

  get root(): Buffer {
    return this.#root;
  }

  /** The proven value of the key, or undefined when it is proven absent. */
  find(key: Buffer): Buffer | undefined {
    let expected = this.#root;
    let prefix = '';
    for (let depth = 0; ; depth++) {
      const index = slotIndex(key, depth);
      const slot = this.#load(prefix, expected)[index];
      if (slot?.kind !== 'branch') return slot?.key.equals(key) ? slot.value : undefined;
      expected = slot.hash;
      prefix += digit(index);
    }
  }

  set(key: Buffer, value: Buffer): void {
    this.#root = this.#setBelow('', this.#root, { kind: 'leaf', key, value });
  }

  /** Removes a key that is there. */
  delete(key: Buffer): void {
    const left = this.#deleteBelow('', this.#root, key);
    if (left?.kind !== 'branch') throw corruption('tree root is missing');
    this.#root = left.hash;
  }

  /** Checks every node that the root reaches; yields the number of leaves in each. */
  nodes(): Generator<number> {
    return this.#nodesBelow('', this.#root);
  }

  #load(prefix: string, expected: Buffer): Slot[] {
    const node = this.#nodes.read(prefix);
    if (node === undefined) throw corruption('tree node is missing');
    if (!nodeHash(node).equals(expected)) throw corruption('tree node does not verify');
    return decodeNode(node);
  }

  #store(prefix: string, slots: readonly Slot[]): Buffer {
    const node = encodeNode(slots);
    this.#nodes.write(prefix, node);
    return nodeHash(node);
  }

  #setBelow(prefix: string, expected: Buffer, leaf: Leaf): Buffer {
    const slots = this.#load(prefix, expected);
    const index = slotIndex(leaf.key, prefix.length);
    slots[index] = this.#withLeaf(slots[index], prefix + digit(index), leaf);
    return this.#store(prefix, slots);
  }

  #withLeaf(slot: Slot, prefix: string, leaf: Leaf): Slot {
    if (slot === undefined) return leaf;
    if (slot.kind === 'branch') return { kind: 'branch', hash: this.#setBelow(prefix, slot.hash, leaf) };
    if (slot.key.equals(leaf.key)) return leaf;
    return { kind: 'branch', hash: this.#split(prefix, slot, leaf) };
  }

  #split(prefix: string, first: Leaf, second: Leaf): Buffer {
    const slots = emptySlots();
    const index = slotIndex(first.key, prefix.length);
    const other = slotIndex(second.key, prefix.length);
    if (index === other) {
      slots[index] = { kind: 'branch', hash: this.#split(prefix + digit(index), first, second) };
    } else {
      slots[index] = first;
      slots[other] = second;
    }
    return this.#store(prefix, slots);
  }

  /** Answers what the parent must hold instead of this node: a lone leaf moves up, so that history leaves no trace. */
  #deleteBelow(prefix: string, expected: Buffer, key: Buffer): Slot {
    const slots = this.#load(prefix, expected);
    const index = slotIndex(key, prefix.length);
    const slot = slots[index];
    if (slot?.kind === 'branch') slots[index] = this.#deleteBelow(prefix + digit(index), slot.hash, key);
    else if (slot?.key.equals(key)) slots[index] = undefined;
    else throw corruption('tree does not hold the row');
    const left = slots.filter((candidate) => candidate !== undefined);
    if (prefix !== '' && left.length === 1 && left[0]?.kind === 'leaf') {
      this.#nodes.remove(prefix);
      return left[0];
    }
    return { kind: 'branch', hash: this.#store(prefix, slots) };
  }

  *#nodesBelow(prefix: string, expected: Buffer): Generator<number> {
    const slots = this.#load(prefix, expected);
    yield slots.filter((slot) => slot?.kind === 'leaf').length;
    for (const [index, slot] of slots.entries()) {
      if (slot?.kind === 'branch') yield* this.#nodesBelow(prefix + digit(index), slot.hash);
    }
  }
}

function digit(index: number): string {
  return index.toString(16);
}
