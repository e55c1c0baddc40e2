import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

/** Says once what a test needs that this machine has not. */
function notice(what: string, install: string): false {
  console.warn(`NOTICE: ${what} is missing: its tests are skipped; ${install}`);
  return false;
}

/** Fault injection of libfiu. */
export function hasFiu(): boolean {
  const found = spawnSync('fiu-run', ['-h']).error === undefined;
  return found || notice('fiu-run', 'apt-get install fiu-utils');
}

/** The library of faketime that is made for threads. */
export function faketimeLibrary(): string | undefined {
  const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
  if (library === undefined) notice('libfaketime', 'apt-get install faketime');
  return library;
}

/** Whether a small file system of its own can be mounted. */
export function canMount(): boolean {
  const isRoot = process.platform === 'linux' && process.geteuid?.() === 0;
  return isRoot || notice('the right to mount a tmpfs', 'run the tests as root on Linux');
}
