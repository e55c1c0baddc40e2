import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  concerns,
  type DiskHistory,
  type DiskNode,
  type DiskOperation,
  type Happening,
  type NodeId,
} from './disk-operation.ts';
import { bytesOf, type SystemCall, writtenBytes } from './strace-line.ts';

interface OpenFile {
  readonly node: NodeId;
  readonly isDurable: boolean;
  readonly appends: boolean;
  position: number;
}

type Taker = (call: SystemCall, words: readonly string[]) => void;

/**
 * What a traced process did to the folders below one root, as operations on files and names. SQLite's index of its
 * write-ahead log (`-shm`) is left out: it is shared memory, made anew by whoever opens the database first.
 */
export class RecordedDisk implements DiskHistory {
  readonly nodes: DiskNode[] = [];
  readonly operations: DiskOperation[] = [];
  readonly #root: string;
  /** The names as they are while the trace is read. */
  readonly #names = new Map<NodeId, Map<string, NodeId>>();
  readonly #open = new Map<number, OpenFile>();
  readonly #sizes = new Map<NodeId, number>();
  readonly #takers: Readonly<Record<string, Taker>> = {
    openat: (call) => this.#openFile(call),
    mkdir: (call) => this.#makeFolder(call),
    write: (call) => this.#write(call, undefined),
    pwrite64: (call, [, , , offset]) => this.#write(call, Number(offset)),
    writev: (call) => this.#write(call, undefined),
    pwritev: (call, [, , , offset]) => this.#write(call, Number(offset)),
    ftruncate: (call) => this.#resize(call),
    fsync: (call) => this.#sync(call),
    fdatasync: (call) => this.#sync(call),
    link: (call) => this.#link(call),
    rename: (call) => this.#rename(call),
    unlink: (call, [path = '']) => this.#unlink(call, path),
    rmdir: (call, [path = '']) => this.#unlink(call, path),
    unlinkat: (call, [, path = '']) => this.#unlink(call, path),
  };

  /** @param root what is in it before the process starts is durable */
  constructor(root: string) {
    this.#root = root;
    this.#addNode({ kind: 'folder', mode: 0o700 });
    this.#takeIn(root, 0);
  }

  take(call: SystemCall): void {
    if (call.name === 'close') this.#open.delete(Number(call.arguments[0]));
    const taker = this.#takers[call.name];
    if (call.result < 0 || call.name === 'close') return;
    if (taker !== undefined) taker(call, call.arguments);
    else if (this.#concerns(call)) throw new Error(`unexpected call: ${call.name}`);
  }

  #takeIn(path: string, folder: NodeId): void {
    for (const name of readdirSync(path)) {
      const status = statSync(join(path, name));
      const mode = status.mode & 0o777;
      const node = this.#addNode({ kind: status.isDirectory() ? 'folder' : 'file', mode });
      this.#linkNode(before, { folder, name }, node);
      if (status.isDirectory()) this.#takeIn(join(path, name), node);
      else this.#add(before, { kind: 'write', file: node, offset: 0, bytes: readFileSync(join(path, name)) });
    }
  }

  #openFile(call: SystemCall): void {
    const [, path = '', flags = ''] = call.arguments;
    const node = this.#nodeAt(path) ?? this.#newFile(call);
    if (node === undefined) {
      this.#open.delete(call.result);
      return;
    }
    if (flags.includes('O_TRUNC') && this.#sizes.get(node) !== 0) {
      this.#add(call, { kind: 'resize', file: node, size: 0 });
      this.#sizes.set(node, 0);
    }
    const isDurable = /O_D?SYNC/.test(flags);
    this.#open.set(call.result, { node, isDurable, appends: flags.includes('O_APPEND'), position: 0 });
  }

  #newFile(call: SystemCall): NodeId | undefined {
    const [, path = '', , mode = '0'] = call.arguments;
    const place = this.#place(path);
    if (place === undefined) return undefined;
    const node = this.#addNode({ kind: 'file', mode: Number.parseInt(mode, 8) });
    this.#linkNode(call, place, node);
    return node;
  }

  #makeFolder(call: SystemCall): void {
    const [path = '', mode = '0'] = call.arguments;
    const place = this.#place(path);
    if (place !== undefined)
      this.#linkNode(call, place, this.#addNode({ kind: 'folder', mode: Number.parseInt(mode, 8) }));
  }

  #write(call: SystemCall, at: number | undefined): void {
    const file = this.#open.get(Number(call.arguments[0]));
    if (file === undefined) return;
    const bytes = writtenBytes(call).subarray(0, call.result);
    const size = this.#sizes.get(file.node) ?? 0;
    const offset = at ?? (file.appends ? size : file.position);
    const operation = this.#add(call, { kind: 'write', file: file.node, offset, bytes });
    if (file.isDurable) operation.durableAt = call.returned;
    if (at === undefined) file.position = offset + bytes.length;
    this.#sizes.set(file.node, Math.max(size, offset + bytes.length));
  }

  #resize(call: SystemCall): void {
    const file = this.#open.get(Number(call.arguments[0]));
    if (file === undefined) return;
    const size = Number(call.arguments[1]);
    this.#add(call, { kind: 'resize', file: file.node, size });
    this.#sizes.set(file.node, size);
  }

  #sync(call: SystemCall): void {
    const synced = this.#open.get(Number(call.arguments[0]))?.node;
    if (synced === undefined) return;
    for (const operation of this.operations) {
      if (operation.doneAt >= call.entered) break;
      if (concerns(operation, synced)) operation.durableAt = Math.min(operation.durableAt, call.returned);
    }
  }

  #link(call: SystemCall): void {
    const [from = '', to = ''] = call.arguments;
    const target = this.#place(to);
    const node = this.#nodeAt(from);
    // A socket has a name, too, but nobody finds it after a restart.
    if (target !== undefined && node !== undefined) this.#linkNode(call, target, node);
  }

  #rename(call: SystemCall): void {
    const [from = '', to = ''] = call.arguments;
    const source = this.#place(from);
    const target = this.#place(to);
    const node = this.#nodeAt(from);
    if (source === undefined || target === undefined || node === undefined) return;
    this.#add(call, { kind: 'rename', from: source.folder, fromName: source.name, ...target, node });
    this.#namesIn(source.folder).delete(source.name);
    this.#namesIn(target.folder).set(target.name, node);
  }

  #unlink(call: SystemCall, path: string): void {
    const place = this.#place(path);
    if (place === undefined || this.#nodeAt(path) === undefined) return;
    this.#add(call, { kind: 'unlink', ...place });
    this.#namesIn(place.folder).delete(place.name);
  }

  #linkNode(call: Moment, place: Place, node: NodeId): void {
    this.#add(call, { kind: 'link', ...place, node });
    this.#namesIn(place.folder).set(place.name, node);
  }

  /** Undefined for what lies elsewhere, and for shared memory. */
  #place(argument: string): Place | undefined {
    const path = pathOf(argument);
    if (!path.startsWith(`${this.#root}/`) || path.endsWith('-shm')) return undefined;
    const folder = this.#lookUp(dirname(path));
    return folder === undefined ? undefined : { folder, name: basename(path) };
  }

  #nodeAt(argument: string): NodeId | undefined {
    return this.#lookUp(pathOf(argument));
  }

  #lookUp(path: string): NodeId | undefined {
    if (path === this.#root) return 0;
    if (!path.startsWith(this.#root)) return undefined;
    const folder = this.#lookUp(dirname(path));
    return folder === undefined ? undefined : this.#names.get(folder)?.get(basename(path));
  }

  #namesIn(folder: NodeId): Map<string, NodeId> {
    return this.#names.get(folder) as Map<string, NodeId>;
  }

  #addNode(node: DiskNode): NodeId {
    const id = this.nodes.push(node) - 1;
    if (node.kind === 'folder') this.#names.set(id, new Map());
    else this.#sizes.set(id, 0);
    return id;
  }

  #add({ entered, returned }: Moment, happening: Happening): DiskOperation {
    const durableAt = returned === 0 ? 0 : Number.POSITIVE_INFINITY;
    const operation = { ...happening, begunAt: entered, doneAt: returned, durableAt };
    this.operations.push(operation);
    return operation;
  }

  #concerns({ arguments: words }: SystemCall): boolean {
    return (
      this.#open.has(Number(words[0])) || words.some((word) => word.startsWith('"') && this.#place(word) !== undefined)
    );
  }
}

type Moment = Pick<SystemCall, 'entered' | 'returned'>;

/** Before the process starts. */
const before: Moment = { entered: 0, returned: 0 };

interface Place {
  readonly folder: NodeId;
  readonly name: string;
}

function pathOf(argument: string): string {
  return bytesOf(argument).toString();
}
