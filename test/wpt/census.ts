import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FileParity } from './parity.ts';

/** How many subtests of each file the sidecar passes, those that native does not pass with them. */
export type Census = Readonly<Record<string, number>>;

const path = fileURLToPath(new URL('census.json', import.meta.url));

export function readCensus(): Census {
  return JSON.parse(readFileSync(path, 'utf8')) as Census;
}

/** Records the counts of the files that ran; those of the others stay. */
export function writeCensus(parities: readonly FileParity[]): void {
  const counts = parities.map((parity) => [parity.file, passes(parity)] as const);
  const census = Object.entries({ ...readCensus(), ...Object.fromEntries(counts) });
  const sorted = Object.fromEntries(census.sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(path, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** The recorded and the found count must be the same: a pass more is to be recorded, too. */
export function checkCensus(parity: FileParity, census: Census): string[] {
  const { file } = parity;
  const recorded = census[file];
  if (recorded === undefined) return [`${file}: not in the census`];
  const found = passes(parity);
  return found === recorded ? [] : [`${file}: passes ${found}, recorded ${recorded}`];
}

function passes({ kept, gained }: FileParity): number {
  return kept.length + gained.length;
}
