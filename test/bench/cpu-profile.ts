import { fileURLToPath } from 'node:url';

/** What Node's profiler writes (Chrome DevTools Protocol, Profiler.Profile), as far as it is read here. */
export interface CpuProfile {
  /** Microseconds of the monotonic clock, as `monotonicUs` counts them. */
  readonly startTime: number;
  /** The first is the root. */
  readonly nodes: readonly ProfileNode[];
  /** Ids of nodes. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

/** A function; what is not written in JavaScript has no url. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From 0. */
  readonly lineNumber: number;
}

/** A part of a profile, in microseconds of the monotonic clock. */
export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Time in one function with one way to it. */
export interface StackTime {
  /** The function, its caller and so on. */
  readonly stack: readonly CallFrame[];
  /** Time by the clock, not by the processor: a function that waits for the disk is in it as well. */
  readonly us: number;
}

const root = new URL('../../', import.meta.url).href;

/** The clock of all processes of this machine. */
export function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

export function stackTimes(profile: CpuProfile, span: Span): StackTime[] {
  const selfUs = selfTimes(profile, span);
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const times: StackTime[] = [];
  const open = profile.nodes.slice(0, 1).map((node) => ({ node, callers: [] as readonly CallFrame[] }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, callers } = next;
    const stack = [node.callFrame, ...callers];
    const us = selfUs.get(node.id);
    if (us !== undefined) times.push({ stack, us });
    for (const id of node.children ?? []) open.push({ node: byId.get(id) as ProfileNode, callers: stack });
  }
  return times;
}

function selfTimes({ startTime, samples, timeDeltas }: CpuProfile, { fromUs, toUs }: Span): Map<number, number> {
  const selfUs = new Map<number, number>();
  let atUs = startTime;
  for (const [i, id] of samples.entries()) {
    const us = timeDeltas[i] ?? 0;
    atUs += us;
    if (atUs >= fromUs && atUs <= toUs) selfUs.set(id, (selfUs.get(id) ?? 0) + us);
  }
  return selfUs;
}

/** Path of its file from the root of this repository; empty for what is not in it. */
export function pathOf({ url }: CallFrame): string {
  return url.startsWith(root) ? url.slice(root.length) : '';
}

/** Function, file and line, for people. */
export function placeText({ functionName, url, lineNumber }: CallFrame): string {
  return `${functionName || 'anonymous'} ${fileURLToPath(url).split('/').slice(-2).join('/')}:${lineNumber + 1}`;
}
