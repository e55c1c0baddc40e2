import type { Command } from 'commander';
import { wholeNumber } from './option-values.ts';

/** Version numbers have 32 bits. */
const greatestVersion = 2 ** 32 - 1;

export function addKeyOption(command: Command): Command {
  return command.requiredOption('--key <name>', 'name or id of the key');
}

export function addKeyVersionOption(command: Command): Command {
  const parse = wholeNumber(1, greatestVersion);
  return command.option('--key-version <n>', 'version of the key (default: the newest active)', parse);
}
