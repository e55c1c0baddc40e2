import {
  type DiskHistory,
  type DiskOperation,
  isFileHappening,
  type NameHappening,
  type NodeId,
} from './disk-operation.ts';

/**
 * Says whether syncs do nothing for an operation.
 *
 * @param names those that the operation changes, or all that its file has ever had
 */
export type Ignored = (operation: DiskOperation, names: readonly string[]) => boolean;

/** The same history, had a sidecar left out some syncs. */
export function ignoringSyncs({ nodes, operations }: DiskHistory, isIgnored: Ignored): DiskHistory {
  const names = fileNames(operations);
  const spoilt = operations.map((operation) => {
    const concerned = isFileHappening(operation) ? (names.get(operation.file) ?? []) : changedNames(operation);
    const isLost = operation.doneAt > 0 && isIgnored(operation, concerned);
    return isLost ? { ...operation, durableAt: Number.POSITIVE_INFINITY } : operation;
  });
  return { nodes, operations: spoilt };
}

function fileNames(operations: readonly DiskOperation[]): Map<NodeId, string[]> {
  const names = new Map<NodeId, string[]>();
  for (const operation of operations) {
    if (operation.kind !== 'link' && operation.kind !== 'rename') continue;
    names.set(operation.node, [...(names.get(operation.node) ?? []), operation.name]);
  }
  return names;
}

function changedNames(happening: NameHappening): string[] {
  return happening.kind === 'rename' ? [happening.fromName, happening.name] : [happening.name];
}
