import { readdirSync, readFileSync } from 'node:fs';

const parts = ['request', 'log', 'lanes', 'pool', 'profiler', 'other'] as const;

/**
 * A part of the sidecar's process: the thread that answers requests, the one that keeps the tree, the lanes that compute
 * with keys, Node's pool, which writes the journal, the profiler where there is one, and the rest, which is the garbage
 * collector.
 */
export type Part = (typeof parts)[number];

/** CPU time of each part, in microseconds. */
export type ThreadCost = Readonly<Record<Part, number>>;

const threadNames: ReadonlyMap<string, Part> = new Map([
  ['ferrohsm-log', 'log'],
  ['ferrohsm-lane', 'lanes'],
  ['libuv-worker', 'pool'],
  ['v8:ProfEvntProc', 'profiler'],
]);

/**
 * What each part of a process has cost since its start. A thread that ended takes what it cost with it.
 *
 * @throws Error where the system has no /proc with the scheduler's figures
 */
export function threadCostOf(pid: number): ThreadCost {
  const costs = new Map<Part, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const task = `/proc/${pid}/task/${thread}`;
    const name = readFileSync(`${task}/comm`, 'utf8').trim();
    const part = Number(thread) === pid ? 'request' : (threadNames.get(name) ?? 'other');
    const [runNs] = readFileSync(`${task}/schedstat`, 'utf8').split(' ');
    costs.set(part, (costs.get(part) ?? 0) + Number(runNs) / 1000);
  }
  return costOf((part) => costs.get(part) ?? 0);
}

export function costOf(figure: (part: Part) => number): ThreadCost {
  return Object.fromEntries(parts.map((part) => [part, figure(part)])) as Record<Part, number>;
}

export function costBetween(before: ThreadCost, after: ThreadCost): ThreadCost {
  return costOf((part) => after[part] - before[part]);
}

export function totalOf(cost: ThreadCost): number {
  return Object.values(cost).reduce((sum, us) => sum + us, 0);
}

/** Microseconds of each part that has any. */
export function costText(cost: ThreadCost): string {
  const told = parts.filter((part) => Math.abs(cost[part]) >= 0.05);
  return [...told.map((part) => `${part} ${cost[part].toFixed(1)}`), `all ${totalOf(cost).toFixed(1)}`].join(', ');
}
