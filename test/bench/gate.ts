import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { baselineTargets, readBaseline, writeBaseline } from './baseline.ts';
import { measureGate } from './gate-cases.ts';
import { isReached, type Target, targetsOf } from './gate-targets.ts';
import { describeMachine } from './machine.ts';
import { parseGateOptions } from './options.ts';
import { absentLines, settingLines } from './report.ts';
import { aligned } from './table.ts';
import { versionsOf } from './versions.ts';

// Ends with 1 when a line of the table "Must reach" is missed or an operation costs more CPU than the baseline allows;
// method: docs/performance.md. Run it on a quiet machine, never in CI.

process.once('SIGINT', () => process.exit(130));
const options = parseGateOptions(process.argv.slice(2));
const { roundMs, rounds } = options;
const machine = describeMachine(tmpdir());
const measured = await measureGate({
  roundMs,
  rounds,
  onRow: ({ operation, concurrency }) => process.stderr.write(`measured ${operation}, ${concurrency} in flight\n`),
});
const { rows, fairness, absent, kinds } = measured;
if (options.isBaseline) writeBaseline(machine, rows);
const baseline = readBaseline();
const targets = [...targetsOf(measured), ...(baseline === undefined ? [] : baselineTargets(baseline, rows))];
const setting = { machine, versions: versionsOf(kinds), roundMs, rounds };

console.log([...settingLines(setting), ...absentLines(absent), '', ...aligned(targets.map(cellsOf))].join('\n'));
if (baseline === undefined) console.log('SKIPPED: there is no baseline (--write-baseline makes one)');
const missed = targets.filter((target) => isReached(target) === false);
console.log(`\n${missed.length} of ${targets.length} missed`);
if (options.json !== undefined) {
  const lines = targets.map(({ what, value, bound, limit }) => ({ what, value, bound, limit }));
  writeFileSync(options.json, `${JSON.stringify({ ...setting, absent, targets: lines, rows, fairness }, null, 2)}\n`);
}
process.exitCode = missed.length === 0 ? 0 : 1;

function cellsOf(target: Target): readonly string[] {
  const { what, value, bound, limit, aim, text } = target;
  const wanted = `${bound} ${text(limit)}${aim === undefined ? '' : `, aim ${text(aim)}`}`;
  return [`${verdictOf(target)}  ${what}`, value === undefined ? '-' : text(value), wanted];
}

function verdictOf(target: Target): string {
  const reached = isReached(target);
  if (reached === undefined) return 'skipped';
  return reached ? 'reached' : 'MISSED ';
}
