import { type Command, Option } from 'commander';
import { readInput } from './input.ts';
import { addKeyOption } from './key-options.ts';
import type { SignatureParameters } from './signature-algorithms.ts';

/** Options that `sign` and `verify` share: both must say the same. */
export interface SignatureOptions {
  readonly key: string;
  readonly context?: string;
  readonly contextFile?: string;
  readonly hash?: string;
}

/** Longest context string (FIPS 204 section 5.2, FIPS 205 section 10.2). */
const longestContextBytes = 255;

export function addSignatureOptions(command: Command): Command {
  return addKeyOption(command)
    .addOption(new Option('--context <text>', 'context of ML-DSA, SLH-DSA and composites').conflicts('contextFile'))
    .option('--context-file <file>', 'the same from a file, any bytes')
    .option('--hash <name>', 'hash for ECDSA (default: the one that fits the curve)');
}

/** @throws CliError 65 for a context file that is too long, 66 for one that cannot be read */
export function signatureParameters({ context, contextFile, hash }: SignatureOptions): SignatureParameters {
  if (contextFile !== undefined) return { hash, context: readInput(contextFile, longestContextBytes) };
  return { hash, context: context === undefined ? undefined : new TextEncoder().encode(context) };
}
