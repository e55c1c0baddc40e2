import { writeFileSync } from 'node:fs';
import { createFolders, discardFolders } from '../../tools/throw-away-sidecar.ts';
import { measureFairness } from './fairness.ts';
import { type GrowthReport, growthMarkdown, growthText, measureGrowth } from './growth.ts';
import { describeMachine } from './machine.ts';
import { markdownOf, type Section, writeSection } from './markdown.ts';
import { OpenSides } from './open-sides.ts';
import { operationIds } from './operations.ts';
import { type BenchOptions, parseOptions } from './options.ts';
import { measureRates } from './rates.ts';
import type { Report } from './report.ts';
import { textOf } from './report-text.ts';
import { sideIds } from './sides.ts';
import { measureStartUp } from './start-up.ts';
import { versionsOf } from './versions.ts';

// The sidecar against node:crypto in process and against its peers; method and flags: docs/performance.md.
// Compare ratios of one run; operations per second of two runs tell more about the machine than about the code.

const options = parseOptions(process.argv.slice(2), { operations: operationIds, sides: sideIds });
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
const folders = createFolders();
try {
  if (options.growth === undefined) publishRates(await rates(options));
  else publishGrowth(await measureGrowth(options.growth, folders.root));
} finally {
  discardFolders(folders);
}

async function rates(options: BenchOptions): Promise<Report> {
  const { roundMs, rounds, isSelection } = options;
  const machine = describeMachine(folders.root);
  const startUp = isSelection ? null : await measureStartUp(folders);
  await using sides = new OpenSides(options.sides);
  const rows = await measureRates(sides, {
    ...options,
    onRow: ({ operation, concurrency }) => process.stderr.write(`measured ${operation}, ${concurrency} in flight\n`),
  });
  const fairness = isSelection ? [] : await measureFairnessOf(sides, options);
  return { machine, versions: versionsOf(sides.kinds), roundMs, rounds, absent: sides.absent, startUp, rows, fairness };
}

/** A quantile of 1 % wants longer rounds than the table. */
async function measureFairnessOf(sides: OpenSides, { roundMs, rounds, concurrencies }: BenchOptions) {
  const measured: Report['fairness'][number][] = [];
  const side = await sides.open('durable');
  for (const concurrency of concurrencies.filter((count) => count === 1 || count === 64)) {
    measured.push(await measureFairness(side, { concurrency, roundMs: 2 * roundMs, rounds }));
  }
  return measured;
}

function publishRates(report: Report): void {
  publish('rates', report, textOf(report), () => markdownOf(report));
}

function publishGrowth(report: GrowthReport): void {
  publish('growth', report, growthText(report), () => growthMarkdown(report));
}

function publish(section: Section, report: object, text: string, markdown: () => string): void {
  console.log(text);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.markdown !== undefined) writeSection(options.markdown, section, markdown());
}
