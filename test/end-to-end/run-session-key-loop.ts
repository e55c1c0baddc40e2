import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LoopReport } from './session-key-loop.ts';

export interface LoopOptions {
  /** Keys to make. */
  readonly keys: number;
  /** Whether the application keeps every key. */
  readonly hold?: boolean;
}

const script = join(import.meta.dirname, 'session-key-loop.ts');

/** Makes session keys in an application of its own, whose garbage is collected on demand. */
export async function runSessionKeyLoop(socket: string, { keys, hold = false }: LoopOptions): Promise<LoopReport> {
  const words = ['--expose-gc', script, '--socket', socket, '--keys', String(keys), ...(hold ? ['--hold'] : [])];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return JSON.parse(stdout) as LoopReport;
}
