import { statSync } from 'node:fs';
import { type CommandDescription, type ConnectedContext, connected } from '../command.ts';
import { usageError } from '../errors.ts';
import { addFileOptions, type FileOptions, passFile } from '../file-stream.ts';
import { addRewrapOptions, type RewrapManyOptions, reportJob, runJob } from '../rewrap/rewrap-command.ts';

interface FileRewrapOptions extends FileOptions, RewrapManyOptions {
  readonly recursive?: boolean;
}

export const fileRewrap: CommandDescription = {
  usage: 'rewrap [file]',
  summary:
    'Wrap the data key of an encrypted file under the newest version of its key, or of all encrypted files below a ' +
    'folder, each in its place. Nothing is decrypted.',
  examples: `
# In place, after the key was rotated
ferrohsm file rewrap disk.img.fhsm -o disk.img.fhsm --force

# Everything in a folder; when it is interrupted, the same command goes on
ferrohsm file rewrap archive --recursive`,
  options: (command) =>
    addRewrapOptions(addFileOptions(command).option('--recursive', 'all encrypted files below the folder, in place')),
  action: connected<FileRewrapOptions, [string?]>(async (context, file) => {
    if (context.options.recursive) return await rewrapBelow(context, file);
    if (file !== undefined && isFolder(file)) throw usageError(`${file} is a folder`, 'add --recursive');
    const { Envelope } = await import('@ferrohsm/sdk/envelope');
    const envelope = new Envelope(context.sidecar.dataKeys);
    await passFile(file, () => envelope.rewrap({ transfer: true }), context.options, 'rewrapping');
  }),
};

async function rewrapBelow(
  { sidecar, options, output }: ConnectedContext<FileRewrapOptions>,
  folder: string | undefined,
): Promise<void> {
  if (folder === undefined || !isFolder(folder)) throw usageError('--recursive needs a folder', 'name one');
  if (options.out !== undefined) throw usageError('--recursive works in place', 'leave out --out');
  const { rewrapFolder } = await import('../rewrap/rewrap-folder.ts');
  const { tally, skipped } = await runJob(options, output, (job, watcher) =>
    rewrapFolder(sidecar.dataKeys, folder, job, watcher),
  );
  await reportJob(tally, output, { skipped });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
