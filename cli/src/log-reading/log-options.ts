import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LogTrust } from '@ferrohsm/sdk/node';
import type { Command } from 'commander';
import { defaultLogFolder } from '../commands/serve.ts';
import { CliError } from '../errors.ts';
import { logFolder } from '../log-folder.ts';
import type { Output } from '../output.ts';
import { LogReader } from './log-reader.ts';
import { addKeyOptions, readTrust, type TrustOptions } from './trust-options.ts';

/** Which log, and the keys that it is verified with. */
export interface LogOptions extends Omit<TrustOptions, 'policy'> {
  readonly log?: string;
}

export function addLogOptions(command: Command): void {
  addKeyOptions(command).option('--log <folder>', 'folder of the log (default: the one of the default state folder)');
}

/** @throws CliError 66 when there is no log */
export async function chosenFolder({ log }: LogOptions): Promise<string> {
  const folder = log ?? (await defaultLogFolder());
  if (existsSync(join(folder, 'checkpoint'))) return folder;
  throw new CliError(66, `no log in ${folder}`, 'name the folder that holds "checkpoint" with --log');
}

/** The keys that were given; without any, a remark that nothing says who wrote the log. */
export async function chosenKeys(options: LogOptions, output: Output): Promise<LogTrust | undefined> {
  const trust = await readTrust(options);
  if (trust === undefined) {
    output.note('no key was given: the log is checked against its own checkpoint, not against who signed it');
  }
  return trust;
}

/** Opens the log that the options name; says which records are read in vain. @throws CliError 66, 65, 2, 1 */
export async function openLog(options: LogOptions, output: Output): Promise<LogReader> {
  const source = logFolder(await chosenFolder(options));
  const trust = await chosenKeys(options, output);
  const reader = await LogReader.open(source, {
    trust,
    onPruned: (start, end) => output.note(`records ${start} to ${end - 1} were pruned`),
  });
  if (trust !== undefined && reader.successions.length > 0) {
    output.note('the keys of the log were rotated since: audit verify says which to pin now');
  }
  return reader;
}
