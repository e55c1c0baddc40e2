import { type CommandDescription, local } from '../command.ts';
import { CliError } from '../errors.ts';
import { openLineOutput } from '../export/line-output.ts';
import { addFilterOptions, type FilterOptions } from '../log-reading/filter-options.ts';
import type { LogEntry } from '../log-reading/log-entry.ts';
import { addLogOptions, type LogOptions, openLog } from '../log-reading/log-options.ts';
import { matching } from '../log-reading/matching.ts';
import { recordRow } from '../log-reading/record-text.ts';
import { ProgressBar } from '../progress-bar.ts';
import { fitted, tableRow } from '../table.ts';

type AuditGrepOptions = LogOptions & FilterOptions;

/** Least widths of the columns: what is found is printed at once, before the rest is known. */
const widths = [7, 24, 6, 20, 12, 20];
const linesAtOnce = 256;

export const auditGrep: CommandDescription = {
  usage: 'grep',
  summary: 'Find records of a log, read offline. Exit status 1 when nothing matches.',
  examples: `
# What was refused in the last two hours
ferrohsm audit grep --outcome denied --since 2h --key-file log.keys

# Every use of one key by one principal, as JSON, an object a line
ferrohsm audit grep --operation 'subtle.*' --resource releases --principal ci --json`,
  options: (command) => {
    addFilterOptions(command);
    addLogOptions(command);
  },
  action: local<AuditGrepOptions>(async ({ options, output }) => {
    const reader = await openLog(options, output);
    const bar = new ProgressBar('reading');
    const toText = output.json ? (entry: LogEntry) => JSON.stringify(entry) : rowText(output.width);
    try {
      const entries = matching(reader, options, (done, total) => bar.show(done, total));
      const found = await printAll(entries, toText, options.output);
      if (found === 0) throw new CliError(1, 'no record matches', `the log has ${reader.checkpoint.size} records`);
    } finally {
      bar.end();
    }
  }),
};

async function printAll(
  entries: AsyncIterable<LogEntry>,
  toText: (entry: LogEntry) => string,
  file: string | undefined,
): Promise<number> {
  const lines = await openLineOutput(file);
  let found = 0;
  const waiting: string[] = [];
  try {
    for await (const entry of entries) {
      found += 1;
      waiting.push(toText(entry));
      if (waiting.length >= linesAtOnce) await lines.write(waiting.splice(0));
    }
  } catch (error) {
    // What was found before the log turned out to be damaged is shown all the same.
    await lines.write(waiting);
    await lines.abandon();
    throw error;
  }
  await lines.write(waiting);
  await lines.finish();
  return found;
}

/** Nothing is cut off where there is no terminal. */
function rowText(width: number | undefined): (entry: LogEntry) => string {
  return (entry) => {
    const cells = recordRow(entry);
    const natural = cells.map((cell, column) => Math.max(cell.length, widths[column] ?? 0));
    return tableRow(cells, fitted(natural, width ?? Infinity));
  };
}
