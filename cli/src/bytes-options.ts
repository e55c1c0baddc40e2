import { type Command, Option } from 'commander';
import type { TextEncoding } from './output.ts';

/** Options of commands that put out bytes. */
export interface BytesOutputOptions {
  readonly out?: string;
  readonly encoding?: TextEncoding;
  readonly force?: boolean;
}

export function addOutOption(command: Command): Command {
  const about = 'write there instead of to standard output; "-" forces binary to a terminal';
  return command.addOption(new Option('--out <file>', about).conflicts('output'));
}

export function addEncodingOption(command: Command): Command {
  return command.addOption(
    new Option('--encoding <name>', 'print text instead of raw bytes').choices(['base64url', 'hex']),
  );
}

export function addForceOption(command: Command): Command {
  return command.option('--force', 'replace an existing file');
}
