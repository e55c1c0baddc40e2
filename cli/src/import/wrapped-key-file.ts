import type { KeyAlgorithm, KeyUsage, WrappedKeyImport } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { readJsonObject } from '../json-input.ts';

/** A key that another sidecar exported for an import here, and what it is there. None of it is secret. */
export interface WrappedKeyFile {
  readonly importId: string;
  readonly wrapped: Uint8Array;
  readonly format: WrappedKeyImport['format'];
  readonly algorithm: KeyAlgorithm;
  readonly usages: readonly KeyUsage[];
}

export function encodeWrappedKey({ wrapped, ...key }: WrappedKeyFile): Buffer {
  const text = JSON.stringify({ ...key, wrapped: Buffer.from(wrapped).toString('base64url') }, null, 2);
  return Buffer.from(`${text}\n`);
}

/** @throws CliError 65 for a file that `key export --to` did not write; 66 */
export function readWrappedKey(file: string): WrappedKeyFile {
  // Only what an export writes: names, labels and times are the importer's to say.
  const { importId, wrapped, format, algorithm, usages } = readJsonObject(file);
  if (typeof wrapped !== 'string' || typeof importId !== 'string') {
    throw new CliError(65, `${file} is no wrapped key`, 'make one with "ferrohsm key export --to" elsewhere');
  }
  // The rest is the sidecar's to check.
  const key = { importId, wrapped: Buffer.from(wrapped, 'base64url'), format, algorithm, usages };
  return key as WrappedKeyFile;
}
