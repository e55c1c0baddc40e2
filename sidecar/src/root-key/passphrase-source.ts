import { closeSync } from 'node:fs';
import { SidecarError } from '../errors.ts';
import { readDescriptor, readPrivateFile } from '../files/private-file.ts';
import { Secret } from '../secret.ts';

/** Where a passphrase comes from: an open descriptor, read to its end and closed, or a private file. */
export type PassphraseSource = { readonly descriptor: number } | { readonly path: string };

const longestBytes = 1024;
const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * The passphrase without one line end at its end; all other bytes count, in no Unicode normalization.
 *
 * @returns undefined where there is no such file
 * @throws SidecarError `config_invalid` for an empty one, one that is too long and one that others can read
 */
export function readPassphrase(source: PassphraseSource): Secret | undefined {
  const read =
    'path' in source
      ? readPrivateFile(source.path, 'passphrase file', longestBytes)
      : readPassphraseDescriptor(source.descriptor);
  if (read === undefined) return undefined;
  using raw = read;
  const passphrase = Secret.copy(withoutLineEnd(raw.bytes));
  if (passphrase.length === 0) throw new SidecarError('config_invalid', 'the passphrase is empty');
  return passphrase;
}

function readPassphraseDescriptor(descriptor: number): Secret {
  try {
    return readDescriptor(descriptor, 'passphrase', longestBytes);
  } catch (error) {
    if (error instanceof SidecarError) throw error;
    throw new SidecarError('config_invalid', `no passphrase can be read from descriptor ${descriptor}`, {
      cause: error,
    });
  } finally {
    closeQuietly(descriptor);
  }
}

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // It was never open: the reading has said so.
  }
}

function withoutLineEnd(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== newline) return bytes;
  return bytes.subarray(0, bytes.at(-2) === carriageReturn ? -2 : -1);
}
