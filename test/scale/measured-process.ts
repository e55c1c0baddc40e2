import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface MeasuredRun {
  readonly stdout: string;
  readonly elapsedMs: number;
  /** Of all threads. */
  readonly cpuMs: number;
}

const options = ['--disable-warning=ExperimentalWarning', '--import', join(import.meta.dirname, 'processor-time.ts')];

/**
 * Runs a program of Node.
 *
 * @throws Error with what it said when it fails
 */
export async function runMeasured(words: readonly string[]): Promise<MeasuredRun> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...options, ...words], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const [, output, errors, processor] = child.stdio;
  const ended = once(child, 'close');
  const [stdout, stderr, cpuMs] = await Promise.all([output, errors, processor].map((it) => text(it as Readable)));
  const [status] = await ended;
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`);
  return { stdout: stdout ?? '', elapsedMs: performance.now() - startedMs, cpuMs: Number(cpuMs) };
}
