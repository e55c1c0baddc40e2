import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from './contest.ts';
import { rowOf } from './gate-cases.ts';
import type { Target } from './gate-targets.ts';
import { type Machine, machineText } from './machine.ts';

/** What operations cost when somebody last said that this is what they should cost. */
export interface Baseline {
  /** A later run may cost so much more, as a share. */
  readonly tolerance: number;
  readonly machine: string;
  /** CPU time of one ECDSA P-256 signature in process, in microseconds: what the others are measured in. */
  readonly primitiveUs: number;
  /** CPU time for one operation by name, in microseconds. */
  readonly cpuUs: Readonly<Record<string, number>>;
}

const path = join(import.meta.dirname, 'baseline.json');
/** The same code differs by so much between two runs of a busy machine. */
const usualTolerance = 0.25;

export function readBaseline(): Baseline | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Baseline) : undefined;
}

/** The figures become the baseline; the tolerance stays. */
export function writeBaseline(machine: Machine, rows: readonly Row[]): void {
  const baseline: Baseline = {
    tolerance: readBaseline()?.tolerance ?? usualTolerance,
    machine: machineText(machine),
    primitiveUs: primitiveIn(rows),
    cpuUs: costsOf(rows),
  };
  writeFileSync(path, `${JSON.stringify(baseline, null, 2)}\n`);
}

/** A line for each cost of the baseline. Another machine is compared by how much slower its primitive is. */
export function baselineTargets({ cpuUs, primitiveUs, tolerance }: Baseline, rows: readonly Row[]): readonly Target[] {
  const measured = costsOf(rows);
  const scale = primitiveIn(rows) / primitiveUs;
  return Object.entries(cpuUs).map(([name, us]) => ({
    what: `CPU of ${name}, baseline and ${Math.round(100 * tolerance)} %`,
    value: measured[name],
    bound: 'at most',
    limit: us * scale * (1 + tolerance),
    text: (value) => `${value.toFixed(1)} us`,
  }));
}

function primitiveIn(rows: readonly Row[]): number {
  const inProcess = rowOf(rows, 'p256', 1).results.find(({ side }) => side === 'in-process');
  if (inProcess === undefined) throw new Error('the primitive was not measured');
  return inProcess.clientCpuUsPerOp;
}

/** Of both processes, where many requests share what each tick of the event loop costs. */
function costsOf(rows: readonly Row[]): Readonly<Record<string, number>> {
  const many = rows.filter(({ concurrency }) => concurrency === 64);
  const costs = many.flatMap(({ operation, concurrency, results }) =>
    results
      .filter(({ side }) => side === 'durable' || side === 'buffered')
      .flatMap(({ side, clientCpuUsPerOp, serverCpuUsPerOp }) => {
        const name = `${operation}, ${side}, ${concurrency} in flight`;
        const client = [`${name}, client`, rounded(clientCpuUsPerOp)] as const;
        return serverCpuUsPerOp === null ? [client] : [client, [`${name}, server`, rounded(serverCpuUsPerOp)] as const];
      }),
  );
  return Object.fromEntries(costs);
}

function rounded(us: number): number {
  return Math.round(us * 10) / 10;
}
