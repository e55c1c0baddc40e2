import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBenchSidecar } from './audit-sidecar.ts';
import { keyUses } from './audit-uses.ts';
import { runLoad } from './load.ts';
import { aligned } from './table.ts';

// Where the thread that answers requests spends its time on the log at 64 in flight:
// node test/bench/audit-profile.ts [MILLISECONDS]

/** The part of a profile that is read here (Chrome DevTools Protocol, Profiler.Profile); times in microseconds. */
interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** A function of the log. */
interface Spent {
  /** Time in the function itself, in microseconds. */
  selfUs: number;
  /** The same with what Node does for it. */
  withNodeUs: number;
}

const root = new URL('../../', import.meta.url).href;
const logCode = /^sidecar\/src\/(audit\/|request\/record|request\/refusal|digests)/;
const concurrency = 64;
const shown = 10;

const durationMs = Number(process.argv[2] ?? 5000);
for (const use of keyUses.filter(({ scope }) => scope === 'named')) {
  const { profile, operations } = await profileOf(use, durationMs);
  console.log(profileText(profile, operations, use.name));
}

/** Loads a sidecar of its own, after a warm-up that is in the profile as well. */
async function profileOf({ prepare }: (typeof keyUses)[number], durationMs: number) {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-profile-'));
  try {
    const operations = await runProfiled(['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=250']);
    // The first thread is number 0.
    const name = readdirSync(folder).find((file) => /^CPU\.\d+\.\d+\.\d+\.0\./.test(file));
    if (name === undefined) throw new Error('the sidecar left no profile');
    return { profile: JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile, operations };
  } finally {
    rmSync(folder, { recursive: true });
  }

  async function runProfiled(nodeOptions: readonly string[]): Promise<number> {
    await using sidecar = await openBenchSidecar(nodeOptions);
    const { operations } = await runLoad(await prepare(sidecar.hsm), concurrency, durationMs);
    return operations;
  }
}

function profileText(profile: Profile, operations: number, name: string): string {
  const spent = [...spentIn(profile)].sort(([, a], [, b]) => b.withNodeUs - a.withNodeUs);
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

function spentIn({ nodes, samples, timeDeltas }: Profile): Map<string, Spent> {
  const selfUs = new Map<number, number>();
  for (const [i, id] of samples.entries()) selfUs.set(id, (selfUs.get(id) ?? 0) + (timeDeltas[i] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const spent = new Map<string, Spent>();
  const [first] = nodes;
  // Who called into Node is the nearest function above that has a file.
  const open = first === undefined ? [] : [{ node: first, owner: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const place = placeOf(next.node);
    const owner = next.node.callFrame.url.startsWith('file:') ? place : next.owner;
    const us = selfUs.get(next.node.id) ?? 0;
    if (owner !== '') {
      const entry = spent.get(owner) ?? { selfUs: 0, withNodeUs: 0 };
      spent.set(owner, entry);
      entry.withNodeUs += us;
      if (owner === place) entry.selfUs += us;
    }
    for (const id of next.node.children ?? []) open.push({ node: byId.get(id) as ProfileNode, owner });
  }
  return spent;
}

/** Function and file; empty for what is not of the log. */
function placeOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const path = url.startsWith(root) ? url.slice(root.length) : '';
  if (!logCode.test(path)) return '';
  return `${functionName || 'anonymous'} ${fileURLToPath(url).split('/').slice(-2).join('/')}:${lineNumber + 1}`;
}
