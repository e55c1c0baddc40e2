import { type CommandDescription, connected } from '../command.ts';
import { addKeyOption } from '../key-options.ts';
import { halfOf } from '../named-key.ts';
import { writeOutputFile } from '../output-file.ts';

interface EncapsulateOptions {
  readonly key: string;
  readonly outCiphertext?: string;
  readonly outSecret: string;
  readonly force?: boolean;
}

export const encapsulate: CommandDescription = {
  usage: 'encapsulate',
  summary: 'Make a shared secret and its ciphertext for the holder of a KEM key.',
  examples: `
# 32 secret bytes for you, the ciphertext for the other side
ferrohsm encapsulate --key exchange --out-ciphertext for-them.ct --out-secret shared.key`,
  options: (command) =>
    addKeyOption(command)
      .requiredOption('--out-secret <file>', 'new file for the secret, mode 0600')
      .option('--out-ciphertext <file>', 'file for the ciphertext (default: standard output)')
      .option('--force', 'replace an existing secret'),
  action: connected<EncapsulateOptions>(async ({ sidecar, options, output }) => {
    const key = halfOf(await sidecar.keys.get(options.key), 'publicKey');
    const made = await sidecar.subtle.encapsulateBits(key.algorithm, key);
    const secret = new Uint8Array(made.sharedKey);
    const ciphertext = new Uint8Array(made.ciphertext);
    writeOutputFile(options.outSecret, secret, { secret: true, force: options.force });
    secret.fill(0);
    await output.bytes(ciphertext, { ciphertext }, { out: options.outCiphertext });
  }),
};
