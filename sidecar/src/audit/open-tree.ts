import { type LogFiles, nodeFiles } from './files.ts';
import type { LogTree } from './log-tree.ts';
import { TreeKeeper, type TreeStart } from './tree-keeper.ts';
import { TreeThread } from './tree-thread.ts';

/** Keeps the tree on a thread of its own, unless the file functions are not Node's: functions cannot be sent there. */
export function openTree(files: LogFiles, { folder, size, edge, growing }: TreeStart): LogTree {
  const start: TreeStart = { folder, size, edge, growing };
  if (files !== nodeFiles) return new TreeKeeper(files, start);
  const fromSource = import.meta.url.endsWith('.ts');
  return new TreeThread(new URL(fromSource ? './tree-worker.ts' : './tree-worker.js', import.meta.url), start);
}
