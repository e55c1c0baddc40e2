import { SidecarError } from '../errors.ts';
import { createPrivateFile } from '../files/private-file.ts';
import type { Secret } from '../secret.ts';
import { newRootKey, type PassphraseDerivation, rootKeyFrom } from './passphrase-derivation.ts';
import { type Argon2Cost, encodeParameters, readParameters } from './passphrase-parameters.ts';
import { type PassphraseSource, readPassphrase } from './passphrase-source.ts';
import { createPassphraseSuccession, type PassphraseSuccession } from './passphrase-succession.ts';
import type { ObtainedRootKey, RootKeyProvider } from './provider.ts';

export interface PassphraseOptions {
  readonly source: PassphraseSource;
  /** Public JSON file with Argon2id parameters, salt and key check value. */
  readonly parametersPath: string;
  readonly derivation: PassphraseDerivation;
  /** Whether a keystore exists; then its parameters are never made anew. */
  readonly storeExists: () => boolean;
  /** Cost of new parameters; those of a parameters file stay. */
  readonly cost?: Argon2Cost;
}

/** About 1.4 s on the machine of 2026 that it was measured on. */
const defaultCost: Argon2Cost = Object.freeze({ memoryKib: 256 * 1024, passes: 3, parallelism: 2 });

/**
 * The root key from a passphrase. One in a file can be followed by another, which the operator writes beside it.
 *
 * @example createPassphraseProvider({ source: { descriptor: 3 }, parametersPath, derivation, storeExists });
 */
export function createPassphraseProvider(options: PassphraseOptions): RootKeyProvider {
  const { source, parametersPath, derivation, cost = defaultCost } = options;
  if (!('path' in source)) {
    return { obtain: () => obtainKey(options), obtainNext: async () => undefined, succession: fixed };
  }
  const succession = createPassphraseSuccession({ path: source.path, parametersPath, derivation, cost });
  return { obtain: () => obtainKey(options, succession), obtainNext: succession.obtainNext, succession };
}

const fixed: RootKeyProvider['succession'] = Object.freeze({
  async prepare(): Promise<Secret> {
    throw new SidecarError(
      'not_supported',
      'a passphrase from a descriptor is read once: start with --passphrase-file to change it',
    );
  },
  commit: () => '',
});

/** @param succession what a crash cut off is ended first */
async function obtainKey(options: PassphraseOptions, succession?: PassphraseSuccession): Promise<ObtainedRootKey> {
  const { source, parametersPath, derivation } = options;
  using passphrase = readPassphrase(source);
  const parameters = readParameters(parametersPath);
  if (passphrase !== undefined && parameters === undefined) return await makeKey(options, passphrase);
  const present = passphrase && parameters && (await rootKeyFrom(passphrase, parameters, derivation));
  const rootKey = present ?? (await succession?.resume());
  if (rootKey !== undefined) return { rootKey, created: false };
  const problem = passphrase === undefined ? 'passphrase file is missing' : 'the passphrase is wrong';
  throw new SidecarError('config_invalid', problem);
}

async function makeKey(options: PassphraseOptions, passphrase: Secret): Promise<ObtainedRootKey> {
  const { parametersPath, derivation, cost = defaultCost } = options;
  if (options.storeExists()) {
    throw new SidecarError('config_invalid', 'passphrase parameters are missing, but the keystore exists');
  }
  const { rootKey, parameters } = await newRootKey(passphrase, cost, derivation);
  try {
    createPrivateFile(parametersPath, encodeParameters(parameters), 'passphrase parameters file');
  } catch (error) {
    rootKey.dispose();
    throw error;
  }
  const notice = `created the passphrase parameters ${parametersPath}: copy them to a safe place now, without them and the passphrase every key is lost`;
  return { rootKey, created: true, notice };
}
