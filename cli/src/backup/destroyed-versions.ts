import type { BackupHeader, Tombstone } from '@ferrohsm/sidecar';
import { CliError } from '../errors.ts';
import { logFolder } from '../log-folder.ts';
import { LogReader } from '../log-reading/log-reader.ts';
import type { Output } from '../output.ts';
import { ProgressBar } from '../progress-bar.ts';

/**
 * What the log of the sidecar says was destroyed. The log is proved with the keys that the backup names, and must continue
 * what the backup saw of it.
 *
 * @throws CliError 1, 65, 66
 */
export async function readDestroyedVersions(
  folder: string,
  { log }: BackupHeader,
  output: Output,
): Promise<readonly Tombstone[]> {
  const onPruned = (start: number, end: number) =>
    output.warn(`the records ${start} to ${end - 1} were pruned: what they say of destroyed keys is not known`);
  const reader = await LogReader.open(logFolder(folder), { trust: { keys: log.keys }, onPruned });
  await requireContinued(reader, log.checkpoint);
  const destroyed: Tombstone[] = [];
  const unfinished = new Set<string>();
  const bar = new ProgressBar('reading the log');
  try {
    for await (const { index, record } of reader.entries(0)) {
      bar.show(index, reader.checkpoint.size);
      const { operation, phase, resource: keyId = '', keyVersion: version } = record;
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
  return destroyed;
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
