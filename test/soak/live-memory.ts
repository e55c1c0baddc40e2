import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/** What a sidecar holds after a collection of garbage: a leak shows here, whatever the process keeps of freed memory. */
export interface LiveMemory {
  /** In the heaps of all threads. */
  readonly heapBytes: number;
  /** Given out by the C library. */
  readonly nativeBytes: number;
}

const pollMs = 50;
const longestMs = 60_000;

/** Options of Node for a sidecar that can be asked, and the file through which it answers. */
export function probeOptions(file: string): readonly string[] {
  const probe = new URL('memory-probe.ts', import.meta.url);
  probe.searchParams.set('to', pathToFileURL(file).href);
  return ['--import', probe.href];
}

/**
 * Asks the probe in that process.
 *
 * @throws Error when it does not answer
 */
export async function liveMemory(pid: number, file: string): Promise<LiveMemory> {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  const endMs = performance.now() + longestMs;
  while (!existsSync(file)) {
    if (performance.now() > endMs) throw new Error('the sidecar does not say what memory it holds');
    await setTimeout(pollMs);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as LiveMemory;
}
