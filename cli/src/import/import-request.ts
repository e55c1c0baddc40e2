import { existsSync, rmSync } from 'node:fs';
import type { WrappedKeyImport } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { readJsonObject } from '../json-input.ts';
import { writeOutputFile } from '../output-file.ts';

/** An import that waits for people: its key is wrapped, so that the file holds no secret. */
export type ImportRequest = WrappedKeyImport & { readonly requestId: string };

/** Keeps the request, because people consent to this very wrapping. @throws CliError 73 for a file that is there */
export function writeImportRequest(file: string, { wrapped, ...request }: ImportRequest): void {
  const text = JSON.stringify({ ...request, wrapped: Buffer.from(wrapped).toString('base64url') }, null, 2);
  writeOutputFile(file, Buffer.from(`${text}\n`), { secret: true });
}

/**
 * The request that an earlier run kept; undefined where there is none.
 *
 * @throws CliError 65 for a request for another key
 */
export function readImportRequest(file: string, name: string): ImportRequest | undefined {
  if (!existsSync(file)) return undefined;
  const { wrapped, ...request } = readJsonObject(file);
  if (request.name !== name || typeof wrapped !== 'string') {
    throw new CliError(65, `${file} is no request to import ${name}`, 'choose another file');
  }
  return { ...request, wrapped: Buffer.from(wrapped, 'base64url') } as unknown as ImportRequest;
}

export function forgetImportRequest(file: string): void {
  rmSync(file, { force: true });
}
