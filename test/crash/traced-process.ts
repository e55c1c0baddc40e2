import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { RecordedDisk } from './recorded-disk.ts';
import { systemCalls, writtenBytes } from './strace-line.ts';

/** Calls that change files or names, and those that answer a client. */
const traced = [
  ...['openat', 'close', 'mkdir', 'write', 'pwrite64', 'writev', 'pwritev', 'pwritev2', 'ftruncate', 'truncate'],
  ...['fsync', 'fdatasync', 'sync_file_range', 'link', 'linkat', 'symlink', 'rename', 'renameat', 'renameat2'],
  ...['unlink', 'unlinkat', 'rmdir', 'fallocate', 'copy_file_range', 'sendfile', 'dup', 'dup2', 'dup3', 'execve'],
];
/** Longer ones would be cut off. */
const longestStringBytes = 1 << 22;
const options = ['-D', '-f', '--seccomp-bpf', '-xx', '-s', String(longestStringBytes), '-e', `trace=${traced}`];

export function hasStrace(): boolean {
  const isThere = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
  if (!isThere)
    console.warn('NOTICE: strace is missing or not permitted: its tests are skipped; apt-get install strace');
  return isThere;
}

/** Program and arguments that run another one under them and write down its calls. */
export function tracing(file: string): readonly string[] {
  return ['strace', ...options, '-o', file];
}

/** What a traced process did and told. */
export interface Recording {
  readonly disk: RecordedDisk;
  /** Lines of the trace that changed the disk, in order. */
  readonly steps: readonly number[];
  /** Line of the trace at which a text was told to a client; undefined: never. */
  toldAt(text: string): number | undefined;
}

/**
 * @param disk as it was before the process began
 * @param withinMs how long the trace of a process that has ended may take to come to its end
 */
export async function readRecording(file: string, disk: RecordedDisk, withinMs = 20_000): Promise<Recording> {
  const told: { readonly line: number; readonly text: string }[] = [];
  for (const call of systemCalls(await wholeTrace(file, withinMs))) {
    disk.take(call);
    if (call.name === 'write' || call.name === 'writev') {
      told.push({ line: call.returned, text: writtenBytes(call).toString('latin1') });
    }
  }
  const steps = disk.operations.map(({ doneAt }) => doneAt).filter((line) => line > 0);
  return {
    disk,
    steps: [...new Set(steps)],
    toldAt: (text) => told.find((one) => one.text.includes(text))?.line,
  };
}

/** strace writes on for a moment when the process has ended. */
async function wholeTrace(file: string, withinMs: number): Promise<string[]> {
  for (const endMs = Date.now() + withinMs; ; await pause(50)) {
    const lines = readFileSync(file, 'latin1').trimEnd().split('\n');
    if (hasEnd(lines)) return lines;
    if (Date.now() > endMs) throw new Error(`${file} has no end after ${withinMs} ms: ${lines.length} lines`);
  }
}

/** Whether it tells how the first process ended. strace fills ids up to five places with spaces. */
function hasEnd(lines: readonly string[]): boolean {
  const [id] = /^\d+ /.exec(lines[0] ?? '') ?? [];
  return (
    id !== undefined && lines.some((line) => line.startsWith(id) && line.slice(id.length).trimStart().startsWith('+++'))
  );
}
