import { corruption } from './corruption.ts';
import {
  decodeNode,
  emptySlots,
  encodeNode,
  type Leaf,
  nodeHash,
  type Slot,
  slotIndex,
  slotOf,
} from './merkle-node.ts';

/** Where the nodes lie; `prefix` is the way from the root in hexadecimal digits, '' for the root. */
export interface NodeStore {
  read(prefix: string): Buffer | undefined;
  write(prefix: string, node: Buffer): void;
  remove(prefix: string): void;
}

/** What becomes of one row; without a value it goes, and must be there before. */
export interface LeafChange {
  readonly key: Buffer;
  readonly value: Buffer | undefined;
}

/** A node that was checked, with its hash. */
interface CheckedNode {
  readonly hash: Buffer;
  readonly node: Buffer;
}

/**
 * A 16-ary Merkle tree over hashed row paths. A leaf stands in the highest node where it is alone on its way, so the
 * root depends on the set of rows only, and a change touches one node a level: about log16 of the number of rows.
 * Each node is checked against the hash in its parent before it is believed, so an update never launders a node that
 * was tampered with.
 */
export class MerkleTree {
  readonly #nodes: NodeStore;
  readonly #keptLevels: number;
  readonly #kept = new Map<string, CheckedNode>();
  #root: Buffer;

  /**
   * @param root must come from a trusted place
   * @param keptLevels how many of the upper levels are checked only once and kept: 16 times as many nodes for each, of half
   *   a kilobyte
   */
  constructor(nodes: NodeStore, root: Buffer, keptLevels = 0) {
    this.#nodes = nodes;
    this.#root = root;
    this.#keptLevels = keptLevels;
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
      const slot = slotOf(this.#load(prefix, expected), index);
      if (slot?.kind !== 'branch') return slot?.key.equals(key) ? slot.value : undefined;
      expected = slot.hash;
      prefix += digit(index);
    }
  }

  /** Makes many changes at once: each node on their ways is read, hashed and written once. At most one change for a key. */
  change(changes: readonly LeafChange[]): void {
    if (changes.length === 0) return;
    const slots = decodeNode(this.#load('', this.#root));
    this.#root = this.#store('', this.#changed('', slots, changes));
  }

  /** Checks every node that the root reaches, as it is stored; yields the number of leaves in each. */
  nodes(): Generator<number> {
    return this.#nodesBelow('', this.#root);
  }

  #load(prefix: string, expected: Buffer): Buffer {
    const kept = this.#kept.get(prefix);
    if (kept?.hash.equals(expected) === true) return kept.node;
    const node = this.#checked(prefix, expected);
    this.#keep(prefix, { hash: expected, node });
    return node;
  }

  #checked(prefix: string, expected: Buffer): Buffer {
    const node = this.#nodes.read(prefix);
    if (node === undefined) throw corruption('tree node is missing');
    if (!nodeHash(node).equals(expected)) throw corruption('tree node does not verify');
    return node;
  }

  #store(prefix: string, slots: readonly Slot[]): Buffer {
    const node = encodeNode(slots);
    this.#nodes.write(prefix, node);
    const hash = nodeHash(node);
    this.#keep(prefix, { hash, node });
    return hash;
  }

  #keep(prefix: string, { hash, node }: CheckedNode): void {
    if (prefix.length < this.#keptLevels) this.#kept.set(prefix, { hash: apart(hash), node: apart(node) });
  }

  /** The slots of a node after the changes on its way. */
  #changed(prefix: string, slots: Slot[], changes: readonly LeafChange[]): Slot[] {
    for (const [index, below] of bySlot(changes, prefix.length)) {
      slots[index] = this.#slotAfter(slots[index], prefix + digit(index), below);
    }
    return slots;
  }

  #slotAfter(slot: Slot, prefix: string, changes: readonly LeafChange[]): Slot {
    if (slot?.kind !== 'branch') return this.#planted(slot, prefix, changes);
    return this.#settled(prefix, this.#changed(prefix, decodeNode(this.#load(prefix, slot.hash)), changes));
  }

  /** What stands where there was at most one leaf. */
  #planted(leaf: Leaf | undefined, prefix: string, changes: readonly LeafChange[]): Slot {
    const isLeft = leaf !== undefined && !changes.some(({ key }) => key.equals(leaf.key));
    const leaves: Leaf[] = isLeft ? [leaf] : [];
    for (const { key, value } of changes) {
      if (value !== undefined) leaves.push({ kind: 'leaf', key, value });
      else if (leaf?.key.equals(key) !== true) throw corruption('tree does not hold the row');
    }
    if (leaves.length <= 1) return leaves[0];
    return { kind: 'branch', hash: this.#store(prefix, this.#changed(prefix, emptySlots(), leaves)) };
  }

  /** What the parent must hold for this node: a lone leaf moves up, so that history leaves no trace. */
  #settled(prefix: string, slots: readonly Slot[]): Slot {
    const left = slots.filter((slot) => slot !== undefined);
    if (left.length <= 1 && left[0]?.kind !== 'branch') {
      this.#nodes.remove(prefix);
      return left[0];
    }
    return { kind: 'branch', hash: this.#store(prefix, slots) };
  }

  *#nodesBelow(prefix: string, expected: Buffer): Generator<number> {
    const slots = decodeNode(this.#checked(prefix, expected));
    yield slots.filter((slot) => slot?.kind === 'leaf').length;
    for (const [index, slot] of slots.entries()) {
      if (slot?.kind === 'branch') yield* this.#nodesBelow(prefix + digit(index), slot.hash);
    }
  }
}

/** The changes by the slot that they go through in a node of that depth. */
function bySlot(changes: readonly LeafChange[], depth: number): Map<number, LeafChange[]> {
  return Map.groupBy(changes, ({ key }) => slotIndex(key, depth));
}

function digit(index: number): string {
  return index.toString(16);
}

/** A copy in memory of its own: half a kilobyte in Node's shared pool would keep 64 with it. */
function apart(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
