import { createHash } from 'node:crypto';
import type { KeysPrepareImportResult } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { writeOutputFile } from '../output-file.ts';

/** What another sidecar has to know to export a key for an import here; none of it is secret. */
export type PreparedImport = Omit<KeysPrepareImportResult, 'expiresAt'>;

/** @throws CliError 73 */
export function writePreparedImport(file: string, { publicKey, ...prepared }: KeysPrepareImportResult): void {
  const text = JSON.stringify({ ...prepared, publicKey: Buffer.from(publicKey).toString('base64url') }, null, 2);
  writeOutputFile(file, Buffer.from(`${text}\n`));
}

/** @throws CliError 65 for a value that `key prepare-import` did not write */
export function preparedImportOf(file: string, value: Readonly<Record<string, unknown>>): PreparedImport {
  const { importId, wrapping, publicKey } = value;
  if (typeof importId !== 'string' || typeof wrapping !== 'string' || typeof publicKey !== 'string') {
    throw new CliError(65, `${file} is no prepared import`, 'make one with "ferrohsm key prepare-import"');
  }
  const name = wrapping as PreparedImport['wrapping'];
  return { importId, wrapping: name, publicKey: Buffer.from(publicKey, 'base64url') };
}

/** By which people who approve an export know a public key: SHA-256 of its SubjectPublicKeyInfo, base64url. */
export function publicKeyFingerprint(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('base64url');
}
