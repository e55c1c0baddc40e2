import { usageError } from '../errors.ts';
import { logFolder } from '../log-folder.ts';
import type { FilterOptions } from '../log-reading/filter-options.ts';
import { chosenFolder, chosenKeys, type LogOptions } from '../log-reading/log-options.ts';
import { recordTest } from '../log-reading/record-filter.ts';
import type { Output } from '../output.ts';
import { CheckpointWatch } from './checkpoint-watch.ts';
import type { Sink } from './delivery.ts';
import { type ExportFormat, exportFormats, type FormatName } from './export-format.ts';
import { Exporter } from './exporter.ts';
import { type ChosenSink, chooseSink, type SinkOptions } from './sink-place.ts';

export interface DeliveryOptions extends LogOptions, FilterOptions, SinkOptions {
  readonly format?: FormatName;
  readonly cursor: string;
  readonly follow?: boolean;
}

/**
 * Delivers a log to a sink up to its checkpoint of now; with `follow` until SIGTERM or SIGINT. SIGHUP opens the sink
 * again.
 *
 * @throws CliError 1 when the log does not verify or is not the one of the cursor, or the sink refuses records for good
 */
export async function deliverLog(options: DeliveryOptions, output: Output): Promise<void> {
  const folder = await chosenFolder(options);
  const trust = await chosenKeys(options, output);
  const chosen = chooseSink(options);
  const { sink } = chosen;
  const signal = stopSignal(sink);
  const exporter = new Exporter({
    source: logFolder(folder),
    trust,
    isWanted: recordTest(options),
    format: chooseFormat(chosen, options.format),
    sink,
    cursorPath: options.cursor,
    start: options.start,
    signal,
    warn: output.warn,
  });
  try {
    await exporter.catchUp();
    if (options.follow) await follow(exporter, folder, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await sink.close();
  }
  output.note(`delivered up to record ${exporter.next}`);
}

async function follow(exporter: Exporter, folder: string, signal: AbortSignal): Promise<void> {
  const watch = new CheckpointWatch(folder);
  try {
    for (;;) {
      await watch.next(signal);
      await exporter.catchUp();
    }
  } finally {
    watch.close();
  }
}

/** @throws CliError 2 for a format that the sink does not take */
function chooseFormat({ formats }: ChosenSink, asked: FormatName | undefined): ExportFormat {
  const [first = 'jsonl'] = formats;
  const name = asked ?? first;
  if (formats.includes(name)) return exportFormats[name];
  throw usageError(`this sink does not take ${name}`, `it takes ${formats.join(', ')}`);
}

function stopSignal(sink: Sink): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort());
  process.on('SIGHUP', () => sink.reopen());
  return stop.signal;
}
