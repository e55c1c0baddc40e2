import { type CommandDescription, connected } from '../command.ts';
import { completeAlgorithm, everyUsage, type KeyParameters, type KeyUsageName } from '../key-algorithms.ts';
import { labelPair, repeatedOf, wholeNumber } from '../option-values.ts';

interface KeyCreateOptions {
  readonly algorithm: string;
  readonly usage?: KeyUsageName[];
  readonly curve?: string;
  readonly hash?: string;
  readonly length?: number;
  readonly modulus?: number;
  readonly label?: Record<string, string>;
}

export const keyCreate: CommandDescription = {
  usage: 'create <name>',
  summary: 'Create a named key that never leaves the sidecar. Prints its id.',
  examples: `
# A post-quantum signing key
ferrohsm key create payments/signing --algorithm ML-DSA-65

# A key for TLS, labelled for the policy
ferrohsm key create web/tls --algorithm ECDSA --curve P-384 --label team=web

# A key for "ferrohsm encrypt"
ferrohsm key create backups --algorithm MLKEM768-X25519`,
  options: (command) =>
    command
      .requiredOption(
        '--algorithm <name>',
        'WebCrypto name, for example ML-DSA-65, ML-KEM-768, ECDSA, AES-GCM, KMAC256',
      )
      .option(
        '--usage <usage>',
        'WebCrypto usage, more than once; default: those of the algorithm',
        repeatedOf(everyUsage),
      )
      .option('--curve <name>', 'curve of ECDSA and ECDH (default P-256)')
      .option('--hash <name>', 'hash of RSA and HMAC, SHA-2 or SHA-3 (default SHA-256)')
      .option('--length <bits>', 'length of AES, HMAC and KMAC keys (default for AES 256)', wholeNumber(1, 4096))
      .option('--modulus <bits>', 'modulus of RSA keys (default 3072)', wholeNumber(1024, 16384))
      .option('--label <name=value>', 'label that policies select by, more than once', labelPair),
  action: connected<KeyCreateOptions, [string]>(async ({ sidecar, options, output }, name) => {
    const { algorithm, usages } = completeAlgorithm(options.algorithm, parameters(options), options.usage ?? []);
    const { record } = await sidecar.keys.create({ name, algorithm, usages, labels: options.label ?? {} });
    await output.result({ record }, record.id);
    output.note(`created ${record.name} for ${record.usages.join(', ')}`);
  }),
};

function parameters({ curve, hash, length, modulus }: KeyCreateOptions): KeyParameters {
  return { namedCurve: curve, hash, length, modulusLength: modulus };
}
