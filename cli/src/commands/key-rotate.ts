import type { KeyGenerationParams } from '@ferrohsm/sdk/node';
import type { Command } from 'commander';
import { type CommandDescription, connected } from '../command.ts';
import { completeAlgorithm } from '../key-algorithms.ts';
import { type AlgorithmParameters, addAlgorithmParameters, parametersOf, versionNumber } from '../key-options.ts';
import { algorithmText } from '../named-key.ts';
import { seconds } from '../option-values.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export interface OverlapOptions extends WaitOptions {
  /** Seconds. */
  readonly overlap?: number;
  readonly reason?: string;
}

interface KeyRotateOptions extends OverlapOptions, AlgorithmParameters {
  readonly algorithm?: string;
  readonly afterVersion?: number;
}

/** How the new version takes over, and why. */
export function addOverlapOptions(command: Command): Command {
  return addWaitOption(
    command
      .option('--overlap <time>', 'for so long versions in use stay active (default as scheduled, else 1d)', seconds)
      .option('--reason <text>', 'why; kept with the key and in the log'),
  );
}

export function overlapOf({ overlap, reason }: OverlapOptions) {
  return { ...(overlap !== undefined && { overlapSeconds: overlap }), ...(reason !== undefined && { reason }) };
}

export const keyRotate: CommandDescription = {
  usage: 'rotate <name>',
  effect: 'change',
  summary:
    'Make the next version of a key, which signs and encrypts from now on. Versions before it verify and decrypt.',
  examples: `
# The same algorithm
ferrohsm key rotate payments/signing

# From ECDSA to a composite signature; who holds the version before has a week to ask again
ferrohsm key rotate payments/signing --algorithm MLDSA65-Ed25519-SHA512 --overlap 7d

# The version before must not sign any more
ferrohsm key rotate payments/signing --overlap 0s

# Not once more when a schedule has made version 3 in the meantime
ferrohsm key rotate payments/signing --after-version 2`,
  options: (command) =>
    addAlgorithmParameters(
      addOverlapOptions(
        command
          .option('--algorithm <name>', 'WebCrypto name (default: that of the newest version)')
          .option('--after-version <n>', 'refuse when a newer version is there', versionNumber),
      ),
    ),
  action: connected<KeyRotateOptions, [string]>(async (context, name) => {
    const { algorithm, afterVersion, ...options } = context.options;
    const wanted = {
      ...(algorithm !== undefined && { algorithm: algorithmOf(algorithm, options) }),
      ...(afterVersion !== undefined && { afterVersion }),
    };
    const { record } = await clientsOf(context).keys.rotate(name, { ...overlapOf(options), ...wanted });
    await context.output.result({ record }, '');
    const newest = record.versions.at(-1) ?? record.versions[0];
    context.output.note(`${record.name} has version ${newest.version} of ${algorithmText(newest)}`);
  }),
};

function algorithmOf(name: string, options: AlgorithmParameters): KeyGenerationParams {
  return completeAlgorithm(name, parametersOf(options), []).algorithm;
}
