import { type CommandDescription, connected } from '../command.ts';
import { completeAlgorithm } from '../key-algorithms.ts';
import {
  type AlgorithmParameters,
  addAlgorithmParameters,
  addRotationOptions,
  parametersOf,
  type RotationOptions,
  rotationOf,
} from '../key-options.ts';
import { addNewKeyOptions, describedBy, type NewKeyOptions } from '../new-key-options.ts';

interface KeyCreateOptions extends AlgorithmParameters, NewKeyOptions, RotationOptions {
  readonly algorithm: string;
}

export const keyCreate: CommandDescription = {
  usage: 'create <name>',
  effect: 'change',
  summary: 'Create a named key that never leaves the sidecar. Prints its id.',
  examples: `
# A post-quantum signing key
ferrohsm key create payments/signing --algorithm ML-DSA-65

# A key for TLS, labelled for the policy
ferrohsm key create web/tls --algorithm ECDSA --curve P-384 --label team=web

# A key that is replaced every 90 days
ferrohsm key create tokens/session --algorithm HMAC --rotate-every 90d

# A key for "ferrohsm encrypt"
ferrohsm key create backups --algorithm MLKEM768-X25519`,
  options: (command) =>
    addNewKeyOptions(addRotationOptions(addAlgorithmParameters(command))).requiredOption(
      '--algorithm <name>',
      'WebCrypto name, for example ML-DSA-65, ML-KEM-768, ECDSA, AES-GCM, KMAC256',
    ),
  action: connected<KeyCreateOptions, [string]>(async ({ sidecar, options, output }, name) => {
    const { algorithm, usages } = completeAlgorithm(options.algorithm, parametersOf(options), options.usage ?? []);
    const rotation = rotationOf(options);
    const schedule = rotation === undefined ? {} : { rotation };
    const { record } = await sidecar.keys.create({ name, algorithm, usages, ...describedBy(options), ...schedule });
    await output.result({ record }, record.id);
    output.note(`created ${record.name} for ${record.usages.join(', ')}`);
  }),
};
