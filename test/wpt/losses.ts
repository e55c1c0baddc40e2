import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { namesOnlyIn } from './name-difference.ts';
import type { FileParity } from './parity.ts';

/** Why one file loses subtests that native passes, and which: by name, or all but those named, what is shorter. */
export interface RecordedLoss {
  readonly reason: string;
  readonly lost?: readonly string[];
  readonly allBut?: readonly string[];
}

export type RecordedLosses = Readonly<Record<string, RecordedLoss>>;

const path = fileURLToPath(new URL('losses.json', import.meta.url));
const unexplained = 'not explained';

export function readLosses(): RecordedLosses {
  return JSON.parse(readFileSync(path, 'utf8')) as RecordedLosses;
}

/** Records the losses of the files that ran; reasons already given stay, as do files that did not run. */
export function writeLosses(parities: readonly FileParity[]): void {
  const losses: Record<string, RecordedLoss> = { ...readLosses() };
  for (const { file, kept, lost } of parities) {
    const reason = losses[file]?.reason ?? unexplained;
    delete losses[file];
    if (lost.length > 0) losses[file] = lost.length > kept.length ? { reason, allBut: kept } : { reason, lost };
  }
  const sorted = Object.fromEntries(Object.entries(losses).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(path, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** The recorded and the found losses must be the same: a new one is a regression, one that is gone is to be recorded. */
export function checkLosses({ file, kept, lost }: FileParity, losses: RecordedLosses): string[] {
  const { reason, allBut, lost: named = [] } = losses[file] ?? {};
  if (reason === unexplained) return [`${file}: the losses need a reason`];
  const expected = allBut === undefined ? named : namesOnlyIn([...kept, ...lost], allBut);
  return [
    ...namesOnlyIn(lost, expected).map((name) => `${file}: lost: ${name}`),
    ...namesOnlyIn(expected, lost).map((name) => `${file}: recorded as lost, but passes: ${name}`),
  ];
}

/** Whether a file loses subtests only because this version does not have their algorithm. */
export function isAbsentAlgorithm(loss: RecordedLoss | undefined): boolean {
  return loss?.reason.startsWith('not in this version: ') ?? false;
}
