import type { BackupOpener } from '@ferrohsm/sidecar';
import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { readInput } from '../input.ts';
import { askSecretly } from '../terminal.ts';
import { readBackupKey } from './backup-key.ts';

export interface OpenerOptions {
  readonly recipientKey?: string;
  readonly backupPassphrase?: boolean;
  readonly backupPassphraseFile?: string;
}

const longestPassphraseBytes = 1024;

export function addOpenerOptions(command: Command): Command {
  return command
    .option('--recipient-key <file>', 'private key that the backup was written for')
    .option('--backup-passphrase', 'ask for the passphrase that the backup was written for')
    .option('--backup-passphrase-file <file>', 'file with that passphrase');
}

/**
 * What opens a backup. The caller disposes what it holds.
 *
 * @throws CliError 2, 65, 66
 */
export async function readOpener(options: OpenerOptions): Promise<BackupOpener> {
  const { recipientKey, backupPassphrase, backupPassphraseFile } = options;
  const given = [recipientKey, backupPassphrase, backupPassphraseFile].filter((option) => option !== undefined);
  if (given.length !== 1) {
    throw usageError('a backup is opened by one key or passphrase', 'name --recipient-key FILE or --backup-passphrase');
  }
  const { Secret } = await import('@ferrohsm/sidecar');
  if (recipientKey !== undefined) return { seed: Secret.take(readBackupKey(recipientKey)) };
  return { passphrase: Secret.take(readPassphrase(backupPassphraseFile)) };
}

/**
 * The passphrase from a file without the line end, or from the terminal. The caller zeroes it.
 *
 * @throws CliError 2, 65, 66
 */
export function readPassphrase(file: string | undefined, question = 'passphrase of the backup: '): Buffer {
  const line = file === undefined ? askSecretly(question) : readInput(file, longestPassphraseBytes);
  const end = line.findLastIndex((byte) => byte !== 0x0a && byte !== 0x0d) + 1;
  if (end === 0) throw usageError('the passphrase is empty', 'give one of several words');
  return line.subarray(0, end);
}

/** Zeroes what {@link readOpener} gave. */
export function disposeOpener(opener: BackupOpener): void {
  if ('seed' in opener) opener.seed.dispose();
  else opener.passphrase.dispose();
}
