import { type CommandDescription, connected } from '../command.ts';
import { completeAlgorithm, everyUsage, type KeyUsageName } from '../key-algorithms.ts';
import {
  type AlgorithmParameters,
  addAlgorithmParameters,
  addRotationOptions,
  parametersOf,
  type RotationOptions,
  rotationOf,
} from '../key-options.ts';
import { labelPair, momentToCome, repeatedOf } from '../option-values.ts';

interface KeyCreateOptions extends AlgorithmParameters, RotationOptions {
  readonly algorithm: string;
  readonly usage?: KeyUsageName[];
  readonly label?: Record<string, string>;
  readonly description?: string;
  readonly inactive?: boolean;
  /** Milliseconds since 1970. */
  readonly expires?: number;
}

export const keyCreate: CommandDescription = {
  usage: 'create <name>',
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
    addRotationOptions(addAlgorithmParameters(command))
      .requiredOption(
        '--algorithm <name>',
        'WebCrypto name, for example ML-DSA-65, ML-KEM-768, ECDSA, AES-GCM, KMAC256',
      )
      .option(
        '--usage <usage>',
        'WebCrypto usage, more than once; default: those of the algorithm',
        repeatedOf(everyUsage),
      )
      .option('--label <name=value>', 'label that policies select by, more than once', labelPair)
      .option('--description <text>', 'what the key is for')
      .option('--expires <when>', 'deactivated from then on: ISO 8601, or a time from now such as 365d', momentToCome)
      .option('--inactive', 'made ahead of time: it is used once it is activated'),
  action: connected<KeyCreateOptions, [string]>(async ({ sidecar, options, output }, name) => {
    const { algorithm, usages } = completeAlgorithm(options.algorithm, parametersOf(options), options.usage ?? []);
    const { record } = await sidecar.keys.create({ name, algorithm, usages, ...describedBy(options) });
    await output.result({ record }, record.id);
    output.note(`created ${record.name} for ${record.usages.join(', ')}`);
  }),
};

function describedBy(options: KeyCreateOptions) {
  const { label = {}, description, inactive, expires } = options;
  const rotation = rotationOf(options);
  return {
    labels: label,
    ...(description !== undefined && { description }),
    ...(inactive && { active: false }),
    ...(expires !== undefined && { expiresAt: expires }),
    ...(rotation && { rotation }),
  };
}
