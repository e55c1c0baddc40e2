import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { SidecarError } from '../errors.ts';
import { readDescriptor } from '../files/private-file.ts';
import type { Secret } from '../secret.ts';
import { type ObtainedRootKey, type RootKeyProvider, rootKeyBytes } from './provider.ts';

export interface CredentialOptions {
  /** Name in `LoadCredential=` or `LoadCredentialEncrypted=`. */
  readonly name: string;
  /** `$CREDENTIALS_DIRECTORY` (systemd.exec(5)): private memory of the unit. */
  readonly folder: string | undefined;
}

const what = 'root key credential';

/**
 * The root key from a credential of the systemd unit: 32 bytes, never made here.
 *
 * @example createCredentialProvider({ name: 'root.key', folder: process.env.CREDENTIALS_DIRECTORY });
 */
export function createCredentialProvider({ name, folder }: CredentialOptions): RootKeyProvider {
  return {
    async obtain(): Promise<ObtainedRootKey> {
      if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$/.test(name)) throw invalid(`${name} is no name of a credential`);
      if (!folder) throw invalid('$CREDENTIALS_DIRECTORY is not set: the process is not a unit with credentials');
      const rootKey = readCredential(folder, name);
      const { length } = rootKey;
      if (length === rootKeyBytes) return { rootKey, created: false };
      rootKey.dispose();
      throw invalid(`it has ${length} bytes, needs ${rootKeyBytes}`);
    },
  };
}

function readCredential(folder: string, name: string): Secret {
  const descriptor = openCredential(join(folder, name), name);
  try {
    requirePrivate(statSync(folder), 'its folder');
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw invalid('it is not a plain file');
    requirePrivate(status, 'it');
    return readDescriptor(descriptor, what, rootKeyBytes);
  } finally {
    closeSync(descriptor);
  }
}

function openCredential(path: string, name: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const detail = code === 'ENOENT' ? `the unit loads no credential ${name}` : `it cannot be read (${code})`;
    throw new SidecarError('config_invalid', `${what}: ${detail}`, { cause });
  }
}

/**
 * systemd leaves credentials root's and lets the user of the unit read them by an access control list, whose mask shows
 * as the bits of the group.
 */
function requirePrivate({ uid, mode }: Stats, subject: string): void {
  if (uid !== 0 && uid !== process.getuid?.()) throw invalid(`${subject} belongs to uid ${uid}`);
  if ((mode & 0o027) !== 0) throw invalid(`${subject} has mode 0${(mode & 0o777).toString(8)}, needs 0440 or less`);
}

function invalid(detail: string): SidecarError {
  return new SidecarError('config_invalid', `${what}: ${detail}`);
}
