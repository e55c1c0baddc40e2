import { statSync } from 'node:fs';

/**
 * Looks at files again and again, through symbolic links: notifications of the kernel get lost where a secret store
 * swaps links or folders. A change counts when two looks in a row saw the same, so that half of a pair is not taken.
 *
 * @returns ends it
 */
export function watchFiles(paths: readonly string[], intervalMs: number, onChange: () => void): () => void {
  let taken = stateOf(paths);
  let previous = taken;
  const timer = setInterval(() => {
    const state = stateOf(paths);
    const settled = state === previous;
    previous = state;
    if (!settled || state === taken) return;
    taken = state;
    onChange();
  }, intervalMs).unref();
  return () => clearInterval(timer);
}

function stateOf(paths: readonly string[]): string {
  return paths.map(fileState).join('\n');
}

function fileState(path: string): string {
  try {
    const { dev, ino, size, mode, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mode, mtimeNs, ctimeNs].join(' ');
  } catch {
    return 'missing';
  }
}
