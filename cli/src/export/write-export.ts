import type { FilterOptions } from '../log-reading/filter-options.ts';
import { type LogOptions, openLog } from '../log-reading/log-options.ts';
import type { LogReader } from '../log-reading/log-reader.ts';
import { matching } from '../log-reading/matching.ts';
import type { Output } from '../output.ts';
import { ProgressBar } from '../progress-bar.ts';
import { batchesOf } from './batches.ts';
import { exportFormats, type FormatName, type LogIdentity } from './export-format.ts';
import { type LineOutput, openLineOutput } from './line-output.ts';

export interface ExportFileOptions extends LogOptions, FilterOptions {
  readonly format?: FormatName;
  readonly output?: string;
}

/**
 * Writes the records that match, a message a line.
 *
 * @throws CliError 1 at the first bad entry, with no file left; 66, 65, 73
 */
export async function writeExport(options: ExportFileOptions, output: Output): Promise<void> {
  const reader = await openLog(options, output);
  const log = { origin: reader.checkpoint.origin, isSigned: reader.isSigned };
  const lines = await openLineOutput(options.output);
  try {
    const count = await writeMatching(reader, options, { lines, log });
    output.note(`exported ${count} of ${reader.checkpoint.size} records`);
    await lines.finish();
  } catch (error) {
    await lines.abandon();
    throw error;
  }
}

async function writeMatching(
  reader: LogReader,
  options: ExportFileOptions,
  { lines, log }: { lines: LineOutput; log: LogIdentity },
): Promise<number> {
  const format = exportFormats[options.format ?? 'jsonl'];
  const bar = new ProgressBar('exporting');
  let count = 0;
  try {
    const entries = matching(reader, options, (done, total) => bar.show(done, total));
    for await (const batch of batchesOf(entries, () => true)) {
      await lines.write(format(batch.entries, log));
      count += batch.entries.length;
    }
  } finally {
    bar.end();
  }
  return count;
}
