import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { checkCensus, readCensus, writeCensus } from './census.ts';
import { type Comparison, compareWithNative } from './compare-with-native.ts';
import { withHybridKems } from './hybrid-overlay.ts';
import { checkLosses, readLosses, writeLosses } from './losses.ts';
import { namesOnlyIn } from './name-difference.ts';
import type { FileParity } from './parity.ts';
import { howToGetTheSuite, suiteRoot } from './suite.ts';
import { renderTable } from './table.ts';

// npm run test:wpt -- [--only PART]... [--census] [--write] [--hybrid-kems] [--transport websocket]
//   [--public-keys remote] [--jobs N]

/** EX_CONFIG of sysexits.h. */
const notConfigured = 78;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    'hybrid-kems': { type: 'boolean', default: false },
    transport: { type: 'string', default: 'socket' },
    'public-keys': { type: 'string', default: 'local' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    census: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
if (options['hybrid-kems'] && (options.census || options.write)) {
  throw new Error('what is recorded is of the suite as it is, without --hybrid-kems');
}
const root = suiteRoot();
if (root === undefined) {
  console.error(howToGetTheSuite);
  process.exitCode = notConfigured;
} else {
  process.exitCode = await (options['hybrid-kems'] ? withHybridKems(root, main) : main(root));
}

async function main(root: string): Promise<number> {
  const comparison = await compareWithNative({
    root,
    only: options.only,
    width: Number(options.jobs),
    transport: oneOf(['socket', 'websocket'], options.transport),
    publicKeys: oneOf(['local', 'remote'], options['public-keys']),
  });
  const { parities } = comparison;
  if (options.write) {
    writeLosses(parities);
    writeCensus(parities);
  }
  const losses = readLosses();
  const differences = [
    ...parities.flatMap((parity) => checkLosses(parity, losses)),
    ...unseenFiles(parities, losses),
    ...(options.census ? checkCounts(parities) : []),
  ];
  const breakdowns = parities.flatMap(({ file, breakdowns }) =>
    breakdowns.map((text) => `${file}: broke down: ${text}`),
  );
  for (const line of [...breakdowns, ...differences]) console.log(line);
  console.log(`${renderTable(parities, losses)}\n\n${renderTimes(comparison)}\n${summary(differences.length)}`);
  return differences.length === 0 ? 0 : 1;
}

function checkCounts(parities: readonly FileParity[]): string[] {
  const census = readCensus();
  return [...parities.flatMap((parity) => checkCensus(parity, census)), ...unseenFiles(parities, census)];
}

/** Recorded files that the suite does not have. */
function unseenFiles(parities: readonly FileParity[], recorded: object): string[] {
  if (options.only.length > 0) return [];
  const files = parities.map(({ file }) => file);
  return namesOnlyIn(Object.keys(recorded), files).map((file) => `${file}: recorded, but not in the suite`);
}

function oneOf<T extends string>(choices: readonly T[], value: string): T {
  const choice = choices.find((choice) => choice === value);
  if (choice === undefined) throw new Error(`${value} is none of ${choices.join(', ')}`);
  return choice;
}

function renderTimes({ nativeMs, sidecarMs }: Comparison): string {
  const [native, sidecar] = [nativeMs, sidecarMs].map((ms) => (ms / 1000).toFixed(1));
  return `native ${native} s, sidecar ${sidecar} s: ${(sidecarMs / nativeMs).toFixed(2)} times as long`;
}

function summary(differences: number): string {
  if (differences > 0) return `${differences} differences from what test/wpt/*.json record`;
  return `the losses${options.census ? ' and the passes' : ''} are exactly the recorded ones`;
}
