import { type CommandDescription, connected } from '../command.ts';
import { readInput } from '../input.ts';
import { addKeyOption, addKeyVersionOption } from '../key-options.ts';
import { findVersion, halfOf } from '../named-key.ts';
import { writeOutputFile } from '../output-file.ts';

interface DecapsulateOptions {
  readonly key: string;
  readonly keyVersion?: number;
  readonly outSecret: string;
  readonly force?: boolean;
}

export const decapsulate: CommandDescription = {
  usage: 'decapsulate [file]',
  summary: 'Recover a shared secret from its ciphertext, a file or standard input.',
  examples: `
# The 32 secret bytes that "ferrohsm encapsulate" gave the other side
ferrohsm decapsulate --key exchange for-us.ct --out-secret shared.key`,
  options: (command) =>
    addKeyVersionOption(
      addKeyOption(command).requiredOption('--out-secret <file>', 'new file for the secret, mode 0600'),
    ).option('--force', 'replace an existing secret'),
  action: connected<DecapsulateOptions, [string?]>(async ({ sidecar, options, output }, file) => {
    const ciphertext = readInput(file);
    const key = halfOf(await findVersion(sidecar, options.key, options.keyVersion), 'privateKey');
    const secret = new Uint8Array(await sidecar.subtle.decapsulateBits(key.algorithm, key, ciphertext));
    writeOutputFile(options.outSecret, secret, { secret: true, force: options.force });
    secret.fill(0);
    output.note(`wrote the secret to ${options.outSecret}`);
  }),
};
