/** A file or folder, whatever names it has. */
export type NodeId = number;

export interface DiskNode {
  readonly kind: 'file' | 'folder';
  readonly mode: number;
}

/** Changes the bytes of a file. */
export type FileHappening =
  | { readonly kind: 'write'; readonly file: NodeId; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'resize'; readonly file: NodeId; readonly size: number };

/** Changes the names in a folder, or in two. */
export type NameHappening =
  | { readonly kind: 'link'; readonly folder: NodeId; readonly name: string; readonly node: NodeId }
  | { readonly kind: 'unlink'; readonly folder: NodeId; readonly name: string }
  | {
      readonly kind: 'rename';
      readonly from: NodeId;
      readonly fromName: string;
      readonly folder: NodeId;
      readonly name: string;
      readonly node: NodeId;
    };

export type Happening = FileHappening | NameHappening;

/** What one system call did to the disk, and since when a power cut cannot take it back. */
export type DiskOperation = Happening & {
  /** Line of the trace at which it began. */
  readonly begunAt: number;
  /** Line of the trace at which it had happened. */
  readonly doneAt: number;
  /** Line of the trace from which on it was durable; infinite: never. */
  durableAt: number;
};

/** What happened to the folders below one root, in order. */
export interface DiskHistory {
  readonly nodes: readonly DiskNode[];
  readonly operations: readonly DiskOperation[];
}

export function isFileHappening(happening: Happening): happening is FileHappening {
  return happening.kind === 'write' || happening.kind === 'resize';
}

/** Whether a sync of that file or folder makes it durable. */
export function concerns(operation: DiskOperation, synced: NodeId): boolean {
  if (operation.kind === 'rename') return operation.folder === synced || operation.from === synced;
  return (isFileHappening(operation) ? operation.file : operation.folder) === synced;
}
