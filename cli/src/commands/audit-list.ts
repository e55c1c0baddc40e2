import { type CommandDescription, connected } from '../command.ts';
import { recordHeading, recordRow } from '../log-reading/record-text.ts';
import { wholeNumber } from '../option-values.ts';

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
    await output.table(result, recordHeading, result.records.map(recordRow));
    output.note(`${result.records.length} of ${result.size} records`);
  }),
};
