import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Field numbers of utime and stime in proc_pid_stat(5), counted from the state behind the parenthesized name. */
const userTicks = 14 - 3;
const systemTicks = 15 - 3;

/** CPU time that another process has used, in microseconds; undefined where the system has no /proc. */
export function cpuClockOf(pid: number): (() => number) | undefined {
  if (process.platform !== 'linux') return undefined;
  const tickUs = 1_000_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return () => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[userTicks]) + Number(fields[systemTicks])) * tickUs;
  };
}
