import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type AuditRow, compete } from './audit-contest.ts';
import { measureRecordCost } from './audit-record-cost.ts';
import { type AuditReport, auditText } from './audit-report.ts';
import { openBenchSidecar, withoutAudit } from './audit-sidecar.ts';
import { keyUses } from './audit-uses.ts';
import { runLoad } from './load.ts';
import { describeMachine } from './machine.ts';
import { parseRoundOptions, type RoundOptions } from './options.ts';

// The price of the log: npm run bench:audit -- [--quick] [--round-ms MS] [--rounds N] [--json FILE]
// Two sidecars from source take turns, one of them without its log, which only a preload of this folder can do.

const concurrencies = [1, 64];

const options = parseRoundOptions(process.argv.slice(2));
const report: AuditReport = {
  machine: describeMachine(tmpdir()),
  node: process.versions.node,
  recordCost: await measureRecordCost(options.roundMs),
  rows: await measureRows(options),
};
console.log(auditText(report));
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);

async function measureRows(options: RoundOptions): Promise<AuditRow[]> {
  await using withLog = await openBenchSidecar();
  await using withoutLog = await openBenchSidecar(withoutAudit);
  const rows: AuditRow[] = [];
  for (const use of keyUses) {
    const on = { sidecar: withLog, operation: await use.prepare(withLog.hsm) };
    const off = { sidecar: withoutLog, operation: await use.prepare(withoutLog.hsm) };
    for (const { operation } of [on, off]) await runLoad(operation, Math.max(...concurrencies), 3 * options.roundMs);
    for (const concurrency of concurrencies) rows.push(await compete(use, { on, off }, { ...options, concurrency }));
  }
  return rows;
}
