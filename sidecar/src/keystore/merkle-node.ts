import { hash } from 'node:crypto';
import { corruption } from './corruption.ts';

/** One row: the hash of its path and the hash of its value, 32 bytes each. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly key: Buffer;
  readonly value: Buffer;
}

/** A child node by its hash. */
export interface Branch {
  readonly kind: 'branch';
  readonly hash: Buffer;
}

export type Slot = Leaf | Branch | undefined;

const width = 16;
const hashBytes = 32;
const nodeTag = 1;
const headBytes = 5;

/** Sixteen empty slots. */
export function emptySlots(): Slot[] {
  return new Array<Slot>(width).fill(undefined);
}

/**
 * Encodes a node: tag byte, a bitmap of used slots, a bitmap of branches (16 bits each, big-endian), then the slots
 * in order, 32 bytes for a branch, 64 for a leaf. One encoding for one content.
 */
export function encodeNode(slots: readonly Slot[]): Buffer {
  const head = Buffer.alloc(headBytes);
  const parts: Buffer[] = [head];
  let used = 0;
  let branches = 0;
  for (const [index, slot] of slots.entries()) {
    if (slot === undefined) continue;
    used |= 1 << index;
    if (slot.kind === 'branch') {
      branches |= 1 << index;
      parts.push(slot.hash);
    } else {
      parts.push(slot.key, slot.value);
    }
  }
  head.writeUInt8(nodeTag, 0);
  head.writeUInt16BE(used, 1);
  head.writeUInt16BE(branches, 3);
  return Buffer.concat(parts);
}

/** Decodes what {@link encodeNode} made. */
export function decodeNode(node: Buffer): Slot[] {
  const layout = layoutOf(node);
  const slots = emptySlots();
  for (let index = 0; index < width; index++) slots[index] = slotAt(node, layout, index);
  if (offsetOf(layout, width) !== node.length) throw corruption('tree node has an unknown layout');
  return slots;
}

/** One slot of an encoded node that was checked. */
export function slotOf(node: Buffer, index: number): Slot {
  return slotAt(node, layoutOf(node), index);
}

/** Bit n is slot n. */
interface Layout {
  readonly used: number;
  readonly branches: number;
}

function layoutOf(node: Buffer): Layout {
  if (node.length < headBytes || node[0] !== nodeTag) throw corruption('tree node has an unknown layout');
  return { used: node.readUInt16BE(1), branches: node.readUInt16BE(3) };
}

function slotAt(node: Buffer, layout: Layout, index: number): Slot {
  const bit = 1 << index;
  if ((layout.used & bit) === 0) return undefined;
  const offset = offsetOf(layout, index);
  const first = node.subarray(offset, offset + hashBytes);
  if ((layout.branches & bit) !== 0) return { kind: 'branch', hash: first };
  return { kind: 'leaf', key: first, value: node.subarray(offset + hashBytes, offset + 2 * hashBytes) };
}

/** Where the slot begins: a hash for each branch before it and two for each leaf. */
function offsetOf({ used, branches }: Layout, index: number): number {
  const before = (1 << index) - 1;
  return headBytes + hashBytes * (2 * bitsIn(used & before) - bitsIn(branches & used & before));
}

function bitsIn(word: number): number {
  let bits = 0;
  for (let left = word; left !== 0; left &= left - 1) bits++;
  return bits;
}

/** SHA-256 of an encoded node; its tag byte keeps it apart from hashes of row values. */
export function nodeHash(node: Uint8Array): Buffer {
  return hash('sha256', node, 'buffer');
}

/** The slot in a node of that depth on the way to the key: its hexadecimal digit there. */
export function slotIndex(key: Buffer, depth: number): number {
  const byte = key.readUInt8(depth >> 1);
  return depth % 2 === 0 ? byte >> 4 : byte & 15;
}
