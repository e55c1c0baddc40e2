import { type Part, totalOf } from './audit-threads.ts';
import { type Machine, machineText } from './machine.ts';
import { markdownTable } from './markdown.ts';
import { titleOf } from './operations.ts';
import type { OperationCosts } from './profile-costs.ts';
import { stages } from './profile-stages.ts';
import type { Cells } from './report.ts';
import { aligned, whole } from './table.ts';
import { type Versions, versionsText } from './versions.ts';

/** Where the microseconds of one operation go. */
export interface ProfileReport {
  readonly machine: Machine;
  readonly versions: Versions;
  readonly operation: string;
  readonly durationMs: number;
  readonly costs: readonly OperationCosts[];
}

/** One line of the table. */
interface Cost {
  readonly name: string;
  readonly us: number;
  /** The function that takes most of it. */
  readonly most?: string;
}

const largestShown = 3;
const otherThreads: readonly (readonly [Part, string])[] = [
  ['log', 'thread of the log'],
  ['lanes', 'lanes'],
  ['pool', 'thread pool'],
  ['other', 'V8 workers'],
];

export function profileText(report: ProfileReport): string {
  return [
    ...settingLines(report),
    '',
    ...aligned([headings(report), ...rows(report)]),
    '',
    'The largest costs:',
    ...largestLines(report),
  ].join('\n');
}

export function profileMarkdown(report: ProfileReport): string {
  return [
    ...settingLines(report).map((line) => `- ${line}`),
    '',
    ...markdownTable(headings(report), rows(report)),
    '',
    'The largest costs:',
    '',
    ...largestLines(report).map((line) => `- ${line}`),
  ].join('\n');
}

function settingLines({ machine, versions, operation, durationMs, costs }: ProfileReport): readonly string[] {
  const rates = costs.map(
    ({ concurrency, opsPerSecond }) => `${whole(opsPerSecond)} operations per second with ${concurrency} in flight`,
  );
  return [
    machineText(machine),
    versionsText(versions),
    `write and fdatasync ${whole(machine.fdatasyncUs)} us`,
    `${titleOf(operation)}, durable audit, ${durationMs} ms each, profiled: ${rates.join(', ')}`,
  ];
}

function headings({ costs }: ProfileReport): Cells {
  return ['CPU us for one operation', ...costs.map(({ concurrency }) => `${concurrency} in flight`)];
}

function rows({ costs }: ProfileReport): readonly Cells[] {
  const row = (name: string, figure: (costs: OperationCosts) => number) => [
    name,
    ...costs.map((column) => figure(column).toFixed(1)),
  ];
  return [
    ...stages.map((stage) => row(stage, (column) => column.stages[stage])),
    row('Node and kernel, none of these', ({ nodeUs }) => nodeUs),
    row('= the thread that answers', ({ threads }) => threads.request),
    ...otherThreads.map(([part, name]) => row(name, ({ threads }) => threads[part])),
    row('the profiler', ({ threads }) => threads.profiler),
    row("= the sidecar's process", ({ threads }) => totalOf(threads)),
    row("the client's process", ({ clientUs }) => clientUs),
  ];
}

function largestLines({ costs }: ProfileReport): readonly string[] {
  return costs.flatMap((column) => {
    const withoutProfiler = totalOf(column.threads) - column.threads.profiler;
    return largestOf(column).map(({ name, us, most }) => {
      const share = `${us.toFixed(1)} us, ${whole((100 * us) / withoutProfiler)} %`;
      return `${column.concurrency} in flight: ${name} ${share}${most === undefined ? '' : `, of which ${most}`}`;
    });
  });
}

function largestOf({ stages: stageCosts, nodeUs, threads, costliest }: OperationCosts): readonly Cost[] {
  const costs: readonly Cost[] = [
    ...stages.map((stage) => {
      const most = costliest[stage];
      const cost = { name: stage, us: stageCosts[stage] };
      return most === undefined ? cost : { ...cost, most: `${most.us.toFixed(1)} in ${most.place}` };
    }),
    { name: 'Node and kernel', us: nodeUs },
    ...otherThreads.map(([part, name]) => ({ name, us: threads[part] })),
  ];
  return costs.toSorted((a, b) => b.us - a.us).slice(0, largestShown);
}
