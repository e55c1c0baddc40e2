import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DiskHistory,
  type DiskOperation,
  type FileHappening,
  isFileHappening,
  type NameHappening,
  type NodeId,
} from './disk-operation.ts';

/** Numbers from 0 to below 1, the same ones for the same seed. */
export type Chance = () => number;

/** The least that a disk writes whole. */
const sectorBytes = 512;

/** The disk after `kill -9` right before the line of the trace: whatever a system call did stays. */
export function afterKill({ operations }: DiskHistory, line: number): readonly DiskOperation[] {
  return operations.filter(({ doneAt }) => doneAt < line);
}

/**
 * The disk after the power went at that line. What was synced is there. Of the rest, and of what was under way, any write
 * may be missing or be there in some of its sectors, and of the changes of a folder's names the later ones may be missing.
 */
export function afterPowerCut({ operations }: DiskHistory, line: number, chance: Chance): readonly DiskOperation[] {
  const luck = [0, 0.5, 0.9][Math.floor(chance() * 3)] ?? 0;
  const cutOff = new Set<NodeId>();
  return operations
    .filter(({ begunAt }) => begunAt <= line)
    .flatMap((operation) => {
      if (operation.durableAt < line) return [operation];
      const isSpared = chance() < luck;
      if (operation.kind === 'write') return isSpared ? [operation] : torn(operation, chance);
      if (operation.kind === 'resize') return isSpared ? [operation] : [];
      const folders = operation.kind === 'rename' ? [operation.from, operation.folder] : [operation.folder];
      if (isSpared && !folders.some((folder) => cutOff.has(folder))) return [operation];
      for (const folder of folders) cutOff.add(folder);
      return [];
    });
}

/** Some of the sectors of a write: none, the first ones, or any. */
function torn(write: DiskOperation & { readonly kind: 'write' }, chance: Chance): DiskOperation[] {
  const { offset, bytes } = write;
  const manner = Math.floor(chance() * 3);
  if (manner === 0) return [];
  const end = offset + bytes.length;
  const boundary = offset + Math.floor(chance() * bytes.length);
  const sectors: DiskOperation[] = [];
  for (let at = offset; at < end; ) {
    const next = Math.min(end, at - (at % sectorBytes) + sectorBytes);
    const isThere = manner === 1 ? next <= boundary : chance() < 0.5;
    if (isThere) sectors.push({ ...write, offset: at, bytes: bytes.subarray(at - offset, next - offset) });
    at = next;
  }
  return sectors;
}

/** Makes the files and folders that the operations lead to. */
export function materialize({ nodes }: DiskHistory, operations: readonly DiskOperation[], folder: string): void {
  const contents = new Map<NodeId, Buffer>();
  const names = new Map<NodeId, Map<string, NodeId>>();
  for (const operation of operations) {
    if (isFileHappening(operation)) {
      contents.set(operation.file, changed(contents.get(operation.file) ?? Buffer.alloc(0), operation));
    } else {
      rename(names, operation);
    }
  }
  const write = (node: NodeId, path: string): void => {
    const { kind, mode } = nodes[node] as (typeof nodes)[number];
    if (kind === 'file') {
      writeFileSync(path, contents.get(node) ?? '', { mode });
      return;
    }
    mkdirSync(path, { mode, recursive: true });
    for (const [name, child] of names.get(node) ?? []) write(child, join(path, name));
  };
  write(0, folder);
}

function changed(content: Buffer, happening: FileHappening): Buffer {
  const size =
    happening.kind === 'resize' ? happening.size : Math.max(content.length, happening.offset + happening.bytes.length);
  const next = size === content.length ? content : resized(content, size);
  if (happening.kind === 'write') happening.bytes.copy(next, happening.offset);
  return next;
}

/** What is new is zeros. */
function resized(content: Buffer, size: number): Buffer {
  return Buffer.concat([content.subarray(0, size)], size);
}

function rename(names: Map<NodeId, Map<string, NodeId>>, happening: NameHappening): void {
  const namesIn = (folder: NodeId) => {
    const found = names.get(folder) ?? new Map<string, NodeId>();
    names.set(folder, found);
    return found;
  };
  if (happening.kind === 'rename') namesIn(happening.from).delete(happening.fromName);
  if (happening.kind === 'unlink') namesIn(happening.folder).delete(happening.name);
  else namesIn(happening.folder).set(happening.name, happening.node);
}
