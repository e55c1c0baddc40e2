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
  if (node.length < headBytes || node[0] !== nodeTag) throw corruption('tree node has an unknown layout');
  const used = node.readUInt16BE(1);
  const branches = node.readUInt16BE(3);
  const slots = emptySlots();
  let offset = headBytes;
  for (let index = 0; index < width; index++) {
    if ((used & (1 << index)) === 0) continue;
    const isBranch = (branches & (1 << index)) !== 0;
    const first = node.subarray(offset, offset + hashBytes);
    offset += hashBytes;
    if (isBranch) {
      slots[index] = { kind: 'branch', hash: first };
    } else {
      slots[index] = { kind: 'leaf', key: first, value: node.subarray(offset, offset + hashBytes) };
      offset += hashBytes;
    }
  }
  if (offset !== node.length) throw corruption('tree node has an unknown layout');
  return slots;
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
