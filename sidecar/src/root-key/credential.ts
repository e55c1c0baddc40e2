import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { SidecarError } from '../errors.ts';
import { readDescriptor } from '../files/private-file.ts';
import type { Secret } from '../secret.ts';
import { nextName, type RootKeyProvider, rootKeyBytes, unprepared } from './provider.ts';

export interface CredentialOptions {
  /** Name in `LoadCredential=` or `LoadCredentialEncrypted=`. */
  readonly name: string;
  /** `$CREDENTIALS_DIRECTORY` (systemd.exec(5)): private memory of the unit. */
  readonly folder: string | undefined;
}

const what = 'root key credential';

/**
 * The root key from a credential of the systemd unit: 32 bytes, never made here. Its successor is a second credential,
 * NAME.next; only the unit can give that the name of the first.
 *
 * @example createCredentialProvider({ name: 'root.key', folder: process.env.CREDENTIALS_DIRECTORY });
 */
export function createCredentialProvider(options: CredentialOptions): RootKeyProvider {
  const { name } = options;
  const next = nextName(name);
  return {
    async obtain() {
      const rootKey = readCredential(options, name);
      if (rootKey === undefined) throw invalid(`the unit loads no credential ${name}`);
      return { rootKey, created: false };
    },
    async obtainNext() {
      return readCredential(options, next);
    },
    succession: {
      async prepare() {
        const prepared = readCredential(options, next);
        if (prepared !== undefined) return prepared;
        throw unprepared(`have the unit load 32 random bytes as the credential ${next}, and start it again`);
      },
      commit() {
        return (
          `the keystore is under the credential ${next}: keep that one, give it the name ${name} in the unit, ` +
          'and destroy the old one'
        );
      },
    },
  };
}

/** @returns undefined where the unit does not load it */
function readCredential({ folder, name: present }: CredentialOptions, name: string): Secret | undefined {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,249}$/.test(present)) throw invalid(`${present} is no name of a credential`);
  if (!folder) throw invalid('$CREDENTIALS_DIRECTORY is not set: the process is not a unit with credentials');
  const descriptor = openCredential(join(folder, name));
  if (descriptor === undefined) return undefined;
  try {
    requirePrivate(statSync(folder), 'its folder');
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw invalid('it is not a plain file');
    requirePrivate(status, 'it');
    return ofFullLength(readDescriptor(descriptor, what, rootKeyBytes));
  } finally {
    closeSync(descriptor);
  }
}

function ofFullLength(rootKey: Secret): Secret {
  const { length } = rootKey;
  if (length === rootKeyBytes) return rootKey;
  rootKey.dispose();
  throw invalid(`it has ${length} bytes, needs ${rootKeyBytes}`);
}

function openCredential(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') return undefined;
    throw new SidecarError('config_invalid', `${what}: it cannot be read (${code})`, { cause });
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
