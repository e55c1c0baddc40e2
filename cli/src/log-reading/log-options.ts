import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { defaultLogFolder } from '../commands/serve.ts';
import { CliError } from '../errors.ts';
import { logFolder } from '../log-folder.ts';
import { repeated } from '../option-values.ts';
import type { Output } from '../output.ts';
import { readVerifierKeys } from '../verifier-keys.ts';
import { LogReader } from './log-reader.ts';

/** Which log, and the keys that it is verified with. */
export interface LogOptions {
  readonly log?: string;
  readonly key?: string[];
  readonly keyFile?: string;
}

export function addLogOptions(command: Command): void {
  command
    .option('--log <folder>', 'folder of the log (default: the one of the default state folder)')
    .option('--key <vkey>', 'verifier key (C2SP signed-note) that must have signed, more than once', repeated)
    .option('--key-file <file>', 'verifier keys, one a line');
}

/** @throws CliError 66 when there is no log */
export async function chosenFolder({ log }: LogOptions): Promise<string> {
  const folder = log ?? (await defaultLogFolder());
  if (existsSync(join(folder, 'checkpoint'))) return folder;
  throw new CliError(66, `no log in ${folder}`, 'name the folder that holds "checkpoint" with --log');
}

/** The keys that were given; without any, a remark that nothing says who wrote the log. */
export async function chosenKeys({ key, keyFile }: LogOptions, output: Output): Promise<readonly string[]> {
  const keys = await readVerifierKeys(key ?? [], keyFile);
  if (keys.length === 0) {
    output.note('no key was given: the log is checked against its own checkpoint, not against who signed it');
  }
  return keys;
}

/** Opens the log that the options name. @throws CliError 66, 65, 2, 1 */
export async function openLog(options: LogOptions, output: Output): Promise<LogReader> {
  const folder = await chosenFolder(options);
  return LogReader.open(logFolder(folder), await chosenKeys(options, output));
}
