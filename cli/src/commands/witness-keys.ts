import { addPassphraseOption } from '../approval-key.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';

interface WitnessKeysOptions extends GlobalOptions {
  readonly keyFile: string;
  readonly passphraseFd?: number;
}

export const witnessKeys: CommandDescription = {
  usage: 'keys',
  summary: 'Print the verifier keys of a witness (C2SP signed-note), one a line: Ed25519, then ML-DSA-44.',
  examples: `
# For those who rely on the witness
ferrohsm witness keys --key-file w1.key > w1.keys`,
  offline: true,
  options: (command) =>
    addPassphraseOption(
      command.requiredOption('--key-file <file>', 'private keys made by: ferrohsm witness create-key'),
    ),
  action: local<WitnessKeysOptions>(async ({ options: { keyFile, passphraseFd }, output }) => {
    const { readWitnessKeys } = await import('../witness/witness-key.ts');
    const keys = (await readWitnessKeys(keyFile, passphraseFd)).map(({ text }) => text);
    await output.result({ keys }, keys.join('\n'));
  }),
};
