import type { LogTrust } from '@ferrohsm/sdk/node';
import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { readInput } from '../input.ts';
import { repeated } from '../option-values.ts';
import { readVerifierKeys } from '../verifier-keys.ts';

/** Whom a verifier believes: keys that were pinned, or a policy that names them. */
export interface TrustOptions {
  readonly key?: string[];
  readonly keyFile?: string;
  readonly policy?: string;
}

const policyLimitBytes = 1024 * 1024;

export function addKeyOptions(command: Command): Command {
  return command
    .option('--key <vkey>', 'verifier key (C2SP signed-note) that must have signed, more than once', repeated)
    .option('--key-file <file>', 'verifier keys, one a line');
}

export function addTrustOptions(command: Command): Command {
  return addKeyOptions(command).option(
    '--policy <file>',
    'C2SP tlog-policy instead of keys: logs, witnesses and their quorum',
  );
}

/**
 * What was given; undefined when nothing was.
 *
 * @throws CliError 2 for keys beside a policy or a malformed key, 65 for a malformed key file, 66
 */
export async function readTrust({ key = [], keyFile, policy }: TrustOptions): Promise<LogTrust | undefined> {
  const keys = await readVerifierKeys(key, keyFile);
  if (policy === undefined) return keys.length > 0 ? { keys } : undefined;
  if (keys.length > 0) throw usageError('a policy names the keys itself', 'leave out --key and --key-file');
  return { policy: readInput(policy, policyLimitBytes).toString() };
}
