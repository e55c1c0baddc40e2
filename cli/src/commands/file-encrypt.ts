import { type CommandDescription, connected } from '../command.ts';
import { addFileOptions, type FileOptions, passFile } from '../file-stream.ts';
import { addKeyOption } from '../key-options.ts';

interface FileEncryptOptions extends FileOptions {
  readonly key: string;
}

export const fileEncrypt: CommandDescription = {
  usage: 'encrypt [file]',
  summary: 'Encrypt a file of any length, or standard input, with a data key that a named key wraps.',
  examples: `
# A file
ferrohsm file encrypt disk.img -o disk.img.fhsm --key backups

# In a pipe
tar c documents | ferrohsm file encrypt - -o documents.tar.fhsm --key backups`,
  options: (command) => addFileOptions(addKeyOption(command)),
  action: connected<FileEncryptOptions, [string?]>(async ({ sidecar, options }, file) => {
    const { Envelope } = await import('@ferrohsm/sdk/envelope');
    const envelope = new Envelope(sidecar.dataKeys);
    await passFile(file, () => envelope.encrypt(options.key, { transfer: true }), options, 'encrypting');
  }),
};
