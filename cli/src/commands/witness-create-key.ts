import { addPassphraseOption, readPassphrase } from '../approval-key.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { writeOutputFile } from '../output-file.ts';

interface WitnessCreateKeyOptions extends GlobalOptions {
  readonly name: string;
  readonly out: string;
  readonly passphrase?: boolean;
  readonly passphraseFd?: number;
  readonly force?: boolean;
}

export const witnessCreateKey: CommandDescription = {
  usage: 'create-key',
  effect: 'change',
  summary: 'Make the keys of a witness, Ed25519 and ML-DSA-44. Prints the verifier keys that others pin, one a line.',
  examples: `
# A name that nobody else has: a URL without its scheme
ferrohsm witness create-key --name witness.example/w1 --out w1.key > w1.keys`,
  offline: true,
  options: (command) =>
    addPassphraseOption(
      command
        .requiredOption('--name <name>', 'name of the witness: a URL without scheme, spaces and plus signs')
        .requiredOption('--out <file>', 'new file for the private keys, mode 0600')
        .option('--passphrase', 'encrypt the private keys with a passphrase that is asked for')
        .option('--force', 'replace an existing file'),
    ),
  action: local<WitnessCreateKeyOptions>(async ({ options, output }) => {
    const { name, out, passphrase: asked, passphraseFd, force, dryRun } = options;
    const { encodeWitnessKeys, generateWitnessKeys } = await import('../witness/witness-key.ts');
    const generated = await generateWitnessKeys(name);
    const isEncrypted = asked || passphraseFd !== undefined;
    const passphrase = isEncrypted ? readPassphrase({ passphraseFd }, 'new passphrase: ') : undefined;
    const file = encodeWitnessKeys(generated, passphrase);
    try {
      writeOutputFile(out, file, { secret: true, force, dryRun });
    } finally {
      file.fill(0);
      passphrase?.fill(0);
    }
    const keys = generated.map(({ text }) => text);
    await output.result({ keys }, keys.join('\n'));
    output.note(`${out} holds the private keys: give only what was printed to others`);
  }),
};
