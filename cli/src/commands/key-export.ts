import type { KeysExportParams } from '@ferrohsm/sdk/node';
import { Option } from 'commander';
import { addForceOption } from '../bytes-options.ts';
import { type CommandDescription, connected } from '../command.ts';
import { addKeyVersionOption } from '../key-options.ts';
import { writeOutputFile } from '../output-file.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface KeyExportOptions extends WaitOptions {
  readonly format: KeysExportParams['format'];
  readonly out: string;
  readonly force?: boolean;
  readonly keyVersion?: number;
}

const formats: readonly KeysExportParams['format'][] = ['pkcs8', 'jwk', 'raw', 'raw-seed', 'raw-secret'];

export const keyExport: CommandDescription = {
  usage: 'export <name>',
  summary: 'Get the SECRET of a key out of the sidecar. Needs the approval of other people.',
  examples: `
# Asks for approvals; the same command again, once they are given, writes the file
ferrohsm key export payments/signing --format pkcs8 --out signing.der

# Waits for the others
ferrohsm key export vault/master --format raw-secret --out master.key --wait`,
  options: (command) =>
    addWaitOption(
      addForceOption(
        addKeyVersionOption(
          command
            .addOption(new Option('--format <name>', 'as of WebCrypto').choices(formats).makeOptionMandatory())
            .requiredOption('--out <file>', 'new file, mode 0600'),
        ),
      ),
    ),
  action: connected<KeyExportOptions, [string]>(async (context, name) => {
    const { format, out, force, keyVersion } = context.options;
    const selection = keyVersion === undefined ? {} : { version: keyVersion };
    const { keyData, version } = await clientsOf(context).keys.export(name, format, selection);
    try {
      writeOutputFile(out, keyData, { secret: true, force });
    } finally {
      keyData.fill(0);
    }
    await context.output.result({ format, version, out }, '');
    context.output.note(`wrote the secret of ${name}, version ${version}, to ${out}`);
  }),
};
