import { type CommandDescription, connected } from '../command.ts';
import { addFileOptions, type FileOptions, passFile } from '../file-stream.ts';

interface FileDecryptOptions extends FileOptions {
  readonly key?: string;
}

export const fileDecrypt: CommandDescription = {
  usage: 'decrypt [file]',
  summary: 'Decrypt what "ferrohsm file encrypt" wrote. A file appears only when all of it was authentic.',
  examples: `
# To a file that only you may read
ferrohsm file decrypt disk.img.fhsm -o disk.img

# In a pipe, whose reader must heed the exit status: the end may be missing
ferrohsm file decrypt documents.tar.fhsm | tar x`,
  options: (command) =>
    addFileOptions(
      command.option('--key <name>', 'name or id of the key that it must be of (default: the key that it names)'),
    ),
  action: connected<FileDecryptOptions, [string?]>(async ({ sidecar, options }, file) => {
    const { Envelope } = await import('@ferrohsm/sdk/envelope');
    const envelope = new Envelope(sidecar.dataKeys);
    const opening = options.key === undefined ? {} : { name: options.key };
    await passFile(file, () => envelope.decrypt({ ...opening, transfer: true }), options, 'decrypting');
  }),
};
