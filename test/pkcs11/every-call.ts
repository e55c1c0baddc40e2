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

/** A program that makes every call of PKCS#11 2.40: `every-call MODULE PIN`. */
export function compileEveryCall(folder: string, headers: readonly string[]): string {
  const program = join(folder, 'every-call');
  execFileSync('cc', [...headers, '-o', program, join(import.meta.dirname, 'every-call.c'), '-ldl']);
  return program;
}
