import type { BackupHeader, Tombstone } from '@ferrohsm/sidecar';
import type { Command } from 'commander';
import { CliError, usageError } from '../errors.ts';
import { unreadable } from '../input.ts';
import { logFolder } from '../log-folder.ts';
import { LogReader } from '../log-reading/log-reader.ts';
import { addKeyOptions } from '../log-reading/trust-options.ts';
import type { Output } from '../output.ts';
import { ProgressBar } from '../progress-bar.ts';
import { readVerifierKeys } from '../verifier-keys.ts';

/** Where the log of the sidecar that wrote a backup is, and what is believed of it. */
export interface EarlierLogOptions {
  readonly log?: string;
  readonly key?: string[];
  readonly keyFile?: string;
  readonly allowUnrecorded?: boolean;
}

/** What that log says. */
export interface EarlierLog {
  readonly destroyed: readonly Tombstone[];
  /** SHA-256 of the file of the backup, base64url; undefined where a backup is let through that the log does not know. */
  readonly sha256: string | undefined;
}

export function addEarlierLogOptions(command: Command): Command {
  return addKeyOptions(
    command.option('--log <folder>', 'newest log of the sidecar that the backup is of: only what it wrote is taken'),
  ).option('--allow-unrecorded', 'take a backup that the log does not know, as where its record was pruned');
}

/**
 * What the log of before says of a backup, and of keys that were destroyed. The log is proved with the given keys, or those
 * that the backup names, and must continue what the backup saw of it.
 *
 * @param backup path of its file
 * @returns undefined where no log is named
 * @throws CliError 1, 2, 65, 66
 */
export async function readEarlierLog(
  { log: folder, key = [], keyFile, allowUnrecorded = false }: EarlierLogOptions,
  backup: string,
  output: Output,
): Promise<EarlierLog | undefined> {
  const given = await readVerifierKeys(key, keyFile);
  if (folder === undefined) {
    if (given.length === 0 && !allowUnrecorded) return undefined;
    throw usageError('no log is named that keys could prove', 'add --log FOLDER');
  }
  const { id, log } = await headerOf(backup);
  const onPruned = (start: number, end: number) =>
    output.warn(
      `the records ${start} to ${end - 1} were pruned: what they say of backups and destroyed keys is not known`,
    );
  const keys = given.length > 0 ? given : log.keys;
  const reader = await LogReader.open(logFolder(folder), { trust: { keys }, onPruned });
  await requireContinued(reader, log.checkpoint);
  const { destroyed, written } = await findingsOf(reader, output);
  const sha256 = written.get(id);
  if (sha256 === undefined) letThrough(id, allowUnrecorded, output);
  return { destroyed, sha256 };
}

async function headerOf(backup: string): Promise<BackupHeader> {
  const { readBackupHeader } = await import('@ferrohsm/sidecar');
  try {
    return await readBackupHeader(backup);
  } catch (error) {
    throw error instanceof Error && 'path' in error ? unreadable(backup, error) : error;
  }
}

function letThrough(id: string, allowUnrecorded: boolean, output: Output): void {
  const finding = `the log does not say that its sidecar wrote ${id}`;
  if (allowUnrecorded) output.warn(`${finding}: anybody with the public key could have`);
  else throw new CliError(65, finding, 'find a newer copy of the log; where it was pruned: --allow-unrecorded');
}

async function findingsOf(reader: LogReader, output: Output) {
  const destroyed: Tombstone[] = [];
  const written = new Map<string, string>();
  const unfinished = new Set<string>();
  const bar = new ProgressBar('reading the log');
  try {
    for await (const { index, record } of reader.entries(0)) {
      bar.show(index, reader.checkpoint.size);
      const { operation, phase, resource: keyId = '', keyVersion: version, details = {} } = record;
      if (operation === 'backup.written') written.set(String(details.backup), String(details.sha256));
      if (operation === 'key.erase' && phase === 'intent') unfinished.add(keyId);
      if (operation !== 'key.destruction' || version === undefined) continue;
      destroyed.push({ keyId, version });
      unfinished.delete(keyId);
    }
  } finally {
    bar.end();
  }
  for (const keyId of unfinished)
    output.warn(`the log ends while a version of ${keyId} was destroyed: look at its state`);
  return { destroyed, written };
}

async function requireContinued(reader: LogReader, checkpoint: string): Promise<void> {
  const [origin, sizeText, root] = checkpoint.split('\n');
  const size = Number(sizeText);
  const { origin: found, size: foundSize } = reader.checkpoint;
  if (origin !== found)
    throw new CliError(65, `the log is ${found}, the backup is of ${origin}`, 'name the right folder');
  if (foundSize < size) {
    throw new CliError(65, `the log ends before the backup, at ${foundSize} of ${size} records`, 'find a newer copy');
  }
  const known = size === 0 ? root : Buffer.from(await reader.rootAt(size)).toString('base64');
  if (known !== root)
    throw new CliError(1, 'the log does not continue the one of the backup', 'compare it with a copy');
}
