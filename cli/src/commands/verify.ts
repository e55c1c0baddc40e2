import { type CommandDescription, connected } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import { readInput } from '../input.ts';
import { addKeyVersionOption } from '../key-options.ts';
import { findVersion, openKey } from '../named-key.ts';
import { signatureAlgorithm } from '../signature-algorithms.ts';
import { addSignatureOptions, type SignatureOptions, signatureParameters } from '../signature-options.ts';

interface VerifyOptions extends SignatureOptions {
  readonly signature: string;
  readonly keyVersion?: number;
}

/** Longer than any signature: SLH-DSA-SHA2-256f has 49,856 bytes. */
const longestSignatureBytes = 65_536;

export const verify: CommandDescription = {
  usage: 'verify [file]',
  summary: 'Verify a raw signature of a file, or of standard input. Exit status 1 when it is not valid.',
  examples: `
# Verify a release
ferrohsm verify --key releases --signature release.tar.sig release.tar`,
  options: (command) =>
    addKeyVersionOption(
      addSignatureOptions(command).requiredOption('--signature <file>', 'file with the raw signature'),
    ),
  action: connected<VerifyOptions, [string?]>(async ({ sidecar, options, output }, file) => {
    refuseTwoStreams(options.signature, file);
    const parameters = signatureParameters(options);
    const signature = readInput(options.signature, longestSignatureBytes);
    const data = readInput(file);
    const key = openKey(await findVersion(sidecar, options.key, options.keyVersion));
    const algorithm = signatureAlgorithm(key.algorithm, parameters);
    const valid = await sidecar.subtle.verify(algorithm, key, signature, data);
    await output.result({ valid }, valid ? 'valid' : '');
    if (!valid) throw new CliError(1, 'the signature is not valid', 'check file, signature, key and context');
  }),
};

function refuseTwoStreams(signature: string, file: string | undefined): void {
  if (signature !== '-' || (file !== undefined && file !== '-')) return;
  throw usageError('signature and data cannot both be standard input', 'name a file for one of them');
}
