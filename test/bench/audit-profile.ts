import { connect } from '@ferrohsm/sdk/node';
import { type KeyUse, keyUses } from './audit-uses.ts';
import { type CallFrame, monotonicUs, pathOf, placeText, type StackTime, stackTimes } from './cpu-profile.ts';
import { runLoad } from './load.ts';
import { withProfile } from './profiled-sidecar.ts';
import { aligned } from './table.ts';

// Where the thread that answers requests spends its time on the log at 64 in flight:
// node test/bench/audit-profile.ts [MILLISECONDS]

/** A function of the log. */
interface Spent {
  /** Time in the function itself, in microseconds. */
  selfUs: number;
  /** The same with what Node does for it. */
  withNodeUs: number;
}

const logCode = /^sidecar\/src\/(audit\/|request\/record|request\/refusal|digests)/;
const concurrency = 64;
const shown = 10;

const durationMs = Number(process.argv[2] ?? 5000);
for (const use of keyUses.filter(({ scope }) => scope === 'named')) {
  const { times, operations } = await profileOf(use, durationMs);
  console.log(profileText(times, operations, use.name));
}

/** Loads a sidecar of its own; its warm-up is left out. */
async function profileOf({ prepare }: KeyUse, durationMs: number) {
  const { profile, result } = await withProfile(async ({ socket }) => {
    await using hsm = await connect({ socket });
    const operation = await prepare(hsm);
    await runLoad(operation, concurrency, durationMs / 2);
    const fromUs = monotonicUs();
    const { operations } = await runLoad(operation, concurrency, durationMs);
    return { operations, span: { fromUs, toUs: monotonicUs() } };
  });
  return { times: stackTimes(profile, result.span), operations: result.operations };
}

function profileText(times: readonly StackTime[], operations: number, name: string): string {
  const spent = [...spentIn(times)].sort(([, a], [, b]) => b.withNodeUs - a.withNodeUs);
  const perRecord = (us: number) => (us / operations).toFixed(2);
  const sum = (figure: (spent: Spent) => number) => spent.reduce((total, [, it]) => total + figure(it), 0);
  const lines = spent.slice(0, shown).map(([where, it]) => [where, perRecord(it.selfUs), perRecord(it.withNodeUs)]);
  const all = ['all functions of the log', perRecord(sum((it) => it.selfUs)), perRecord(sum((it) => it.withNodeUs))];
  return [
    `${name}, named key, ${concurrency} in flight, ${operations} operations: request thread, us for one operation`,
    ...aligned([['function', 'itself', 'with Node'], ...lines, all]),
    '',
  ].join('\n');
}

function spentIn(times: readonly StackTime[]): Map<string, Spent> {
  const spent = new Map<string, Spent>();
  for (const { stack, us } of times) {
    // Who called into Node is the nearest function that has a file.
    const owner = stack.find(({ url }) => url.startsWith('file:'));
    if (owner === undefined || !isOfLog(owner)) continue;
    const where = placeText(owner);
    const entry = spent.get(where) ?? { selfUs: 0, withNodeUs: 0 };
    spent.set(where, entry);
    entry.withNodeUs += us;
    if (owner === stack[0]) entry.selfUs += us;
  }
  return spent;
}

function isOfLog(frame: CallFrame): boolean {
  return logCode.test(pathOf(frame));
}
