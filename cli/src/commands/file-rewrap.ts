import { type CommandDescription, connected } from '../command.ts';
import { addFileOptions, type FileOptions, passFile } from '../file-stream.ts';

export const fileRewrap: CommandDescription = {
  usage: 'rewrap [file]',
  summary: 'Wrap the data key of an encrypted file under the newest version of its key. Nothing is decrypted.',
  examples: `
# In place, after the key was rotated
ferrohsm file rewrap disk.img.fhsm -o disk.img.fhsm --force`,
  options: addFileOptions,
  action: connected<FileOptions, [string?]>(async ({ sidecar, options }, file) => {
    const { Envelope } = await import('@ferrohsm/sdk/envelope');
    const envelope = new Envelope(sidecar.dataKeys);
    await passFile(file, () => envelope.rewrap({ transfer: true }), options, 'rewrapping');
  }),
};
