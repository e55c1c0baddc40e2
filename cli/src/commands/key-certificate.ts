import { type CommandDescription, connected } from '../command.ts';
import { addKeyVersionOption } from '../key-options.ts';
import { writeOutputFile } from '../output-file.ts';

interface KeyCertificateOptions {
  readonly keyVersion?: number;
  readonly out?: string;
}

export const keyCertificate: CommandDescription = {
  usage: 'certificate <name>',
  summary:
    'Print the certificate of a destruction, a receipt of the log: what was erased, and that a search found nothing.',
  examples: `
# Verify it anywhere, with the pinned keys of the log
ferrohsm key certificate payments/old --out destroyed.tlog-proof
ferrohsm audit verify-proof destroyed.tlog-proof --key-file log.keys`,
  options: (command) =>
    addKeyVersionOption(command, 'version (default: the newest that was destroyed)').option(
      '--out <file>',
      'write it to a file instead of the standard output',
    ),
  action: connected<KeyCertificateOptions, [string]>(async ({ sidecar, options, output }, name) => {
    const { keyVersion, out } = options;
    const certificate = await sidecar.keys.certificate(name, {
      ...(keyVersion !== undefined && { version: keyVersion }),
    });
    if (out === undefined) await output.result({ certificate }, certificate);
    else writeOutputFile(out, Buffer.from(certificate));
  }),
};
