import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Where the headers of PKCS#11 are, undefined where a compiler or they are missing. */
export function headerOptions(): readonly string[] | undefined {
  const { status, stdout } = spawnSync('pkg-config', ['--cflags', 'p11-kit-1'], { encoding: 'utf8' });
  if (status === 0 && spawnSync('cc', ['--version']).status === 0) return stdout.trim().split(/\s+/).filter(Boolean);
  console.warn(
    'NOTICE: cc or the headers of PKCS#11 are missing: a test is skipped; apt-get install gcc libp11-kit-dev',
  );
  return undefined;
}

/** A program that makes every call of PKCS#11: `every-call MODULE PIN`. */
export function compileEveryCall(folder: string, headers: readonly string[]): string {
  const program = join(folder, 'every-call');
  const sources = ['every-call.c', 'every-call-of-3-0.c'].map((name) => join(import.meta.dirname, name));
  execFileSync('cc', [...headers, '-o', program, ...sources, '-ldl']);
  return program;
}
