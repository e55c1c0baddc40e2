import type { Command } from 'commander';
import type { KeyParameters } from './key-algorithms.ts';
import { seconds, wholeNumber } from './option-values.ts';

/** The number of a version, which has 32 bits. */
export const versionNumber = wholeNumber(1, 2 ** 32 - 1);

export function addKeyOption(command: Command): Command {
  return command.requiredOption('--key <name>', 'name or id of the key');
}

export function addKeyVersionOption(
  command: Command,
  meaning = 'version of the key (default: the newest active)',
): Command {
  return command.option('--key-version <n>', meaning, versionNumber);
}

/** Parameters of an algorithm, as options. */
export interface AlgorithmParameters {
  readonly curve?: string;
  readonly hash?: string;
  readonly length?: number;
  readonly modulus?: number;
}

export function addAlgorithmParameters(command: Command): Command {
  return command
    .option('--curve <name>', 'curve of ECDSA and ECDH (default P-256)')
    .option('--hash <name>', 'hash of RSA and HMAC, SHA-2 or SHA-3 (default SHA-256)')
    .option('--length <bits>', 'length of AES, HMAC and KMAC keys (default for AES 256)', wholeNumber(1, 4096))
    .option('--modulus <bits>', 'modulus of RSA keys (default 3072)', wholeNumber(1024, 16384));
}

export function parametersOf({ curve, hash, length, modulus }: AlgorithmParameters): KeyParameters {
  return { namedCurve: curve, hash, length, modulusLength: modulus };
}

/** When the next version is made by itself. */
export interface RotationOptions {
  /** Seconds, as the overlap. */
  readonly rotateEvery?: number;
  readonly rotateAfterUses?: number;
  readonly rotateAfterBytes?: number;
  readonly rotateOverlap?: number;
}

const most = Number.MAX_SAFE_INTEGER;

export function addRotationOptions(command: Command): Command {
  return command
    .option('--rotate-every <time>', 'a new version when the newest is so old, for example 90d', seconds)
    .option('--rotate-after-uses <n>', 'a new version after so many uses of the newest', wholeNumber(1, most))
    .option('--rotate-after-bytes <n>', 'a new version after so many bytes of data', wholeNumber(1, most))
    .option('--rotate-overlap <time>', 'versions in use then stay active for so long (default 1d)', seconds);
}

/** The schedule that the options say; undefined when they say nothing. */
export function rotationOf(options: RotationOptions) {
  const { rotateEvery, rotateAfterUses, rotateAfterBytes, rotateOverlap } = options;
  const schedule = {
    ...(rotateEvery !== undefined && { everySeconds: rotateEvery }),
    ...(rotateAfterUses !== undefined && { afterUses: rotateAfterUses }),
    ...(rotateAfterBytes !== undefined && { afterBytes: rotateAfterBytes }),
    ...(rotateOverlap !== undefined && { overlapSeconds: rotateOverlap }),
  };
  return Object.keys(schedule).length === 0 ? undefined : schedule;
}
