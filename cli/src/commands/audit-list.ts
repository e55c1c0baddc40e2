import type { AuditRecord } from '@ferrohsm/sdk/node';
import { type CommandDescription, connected } from '../command.ts';
import { isoTime } from '../named-key.ts';
import { wholeNumber } from '../option-values.ts';
import { table } from '../table.ts';

interface AuditListOptions {
  readonly start: number;
  readonly limit: number;
}

export const auditList: CommandDescription = {
  usage: 'list',
  summary: 'List records of the log, oldest first.',
  examples: `
# The first hundred
ferrohsm audit list

# What was denied, from record 1000 on
ferrohsm audit list --start 1000 --limit 1000 --json | jq '.records[].record | select(.outcome == "denied")'`,
  options: (command) =>
    command
      .option('--start <index>', 'first record', wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
      .option('--limit <count>', 'most records', wholeNumber(1, 1000), 100),
  action: connected<AuditListOptions>(async ({ sidecar, options, output }) => {
    const { start, limit } = options;
    const result = await sidecar.audit.list({ start, limit });
    await output.result(result, table(heading, result.records.map(recordRow)));
    output.note(`${result.records.length} of ${result.size} records`);
  }),
};

const heading = ['INDEX', 'TIME', 'PHASE', 'OPERATION', 'PRINCIPAL', 'RESOURCE', 'OUTCOME'];

function recordRow({ index, record }: { index: number; record: AuditRecord }): string[] {
  const { time, phase, operation, principal, keyName, resource, outcome, error } = record;
  const result = error === undefined ? outcome : `${outcome} (${error})`;
  return [String(index), isoTime(time), phase, operation, principal ?? '-', keyName ?? resource ?? '-', result];
}
