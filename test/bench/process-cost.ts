import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Fields of proc_pid_stat(5), counted from the state behind the parenthesized name. */
const groupField = 5 - 3;
const userTicks = 14 - 3;
const systemTicks = 15 - 3;

/** CPU time that another process has used, in microseconds; undefined where the system has no /proc. */
export function cpuClockOf(pid: number): (() => number) | undefined {
  if (process.platform !== 'linux') return undefined;
  const tickUs = microsecondsOfTick();
  return () => usedTicks(statOf(pid)) * tickUs;
}

/** The same of a process group: a server that answers each connection with a process of its own. */
export function cpuClockOfGroup(group: number): (() => number) | undefined {
  if (process.platform !== 'linux') return undefined;
  const tickUs = microsecondsOfTick();
  return () => {
    const stats = readdirSync('/proc').filter(isNumber).map(statUnlessEnded);
    const members = stats.filter((fields) => Number(fields[groupField]) === group);
    return members.reduce((sum, fields) => sum + usedTicks(fields), 0) * tickUs;
  };
}

function microsecondsOfTick(): number {
  return 1_000_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
}

function statOf(pid: number | string): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Processes of others come and go while the list is read. */
function statUnlessEnded(pid: string): readonly string[] {
  try {
    return statOf(pid);
  } catch {
    return [];
  }
}

function usedTicks(fields: readonly string[]): number {
  return Number(fields[userTicks]) + Number(fields[systemTicks]);
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}
