import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What a process holds of the system, seen from outside. */
export interface ProcessFigures {
  readonly residentBytes: number;
  /** What each descriptor leads to: a path, or a kind with a number of its own. */
  readonly descriptors: readonly string[];
  readonly threads: number;
}

/** @throws Error where the system has no /proc, or the process is gone */
export function processFigures(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const numberOf = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    residentBytes: numberOf('VmRSS') * 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).flatMap((fd) => targetOf(`/proc/${pid}/fd/${fd}`)),
    threads: numberOf('Threads'),
  };
}

/** None when it was closed meanwhile. */
function targetOf(link: string): string[] {
  try {
    return [readlinkSync(link)];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
