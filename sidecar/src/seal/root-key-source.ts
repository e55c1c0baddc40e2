import { join } from 'node:path';
import type { Sealing } from '../crypto/sealing.ts';
import { keystoreExists } from '../keystore/keystore.ts';
import type { RootKeyOptions, SidecarOptions } from '../options.ts';
import { createCommandProvider } from '../root-key/command.ts';
import { createCredentialProvider } from '../root-key/credential.ts';
import { createKeyFileProvider } from '../root-key/key-file.ts';
import { createPassphraseProvider } from '../root-key/passphrase.ts';
import type { RootKeyProvider } from '../root-key/provider.ts';
import { ShareSets } from '../root-key/share-sets.ts';
import { ShareSuccession } from '../root-key/share-succession.ts';

/** Who brings the root key: something that the sidecar can ask, or people with shares. */
export type RootKeySource = ProviderSource | ShareSource;

export interface ProviderSource extends Pick<RootKeyProvider, 'succession'> {
  readonly kind: 'provider';
  readonly provider: RootKeyProvider;
}

export interface ShareSource {
  readonly kind: 'shares';
  /** Empty collections by the parameters files of this moment; throws `config_invalid`. */
  readonly collect: () => ShareSets;
  readonly succession: ShareSuccession;
}

/** Name of the parameters file in the configuration folder. */
export const shareParametersName = 'shares.json';

/** @param options what the operator chose */
export function createRootKeySource(options: SidecarOptions, sealing: Sealing): RootKeySource {
  const { rootKey, configFolder } = options;
  if (rootKey.kind !== 'shares') {
    const provider = createProvider(rootKey, options, sealing);
    return { kind: 'provider', provider, succession: provider.succession };
  }
  const path = join(configFolder, shareParametersName);
  return {
    kind: 'shares',
    collect: () => new ShareSets(path, sealing),
    succession: new ShareSuccession(path, sealing),
  };
}

function createProvider(
  rootKey: Exclude<RootKeyOptions, { kind: 'shares' }>,
  { configFolder, stateFolder, onNotice = () => undefined }: SidecarOptions,
  sealing: Sealing,
): RootKeyProvider {
  const storeExists = () => keystoreExists(join(stateFolder, 'keystore'));
  switch (rootKey.kind) {
    case 'key-file':
      return createKeyFileProvider({ path: rootKey.path, stateFolder, storeExists });
    case 'passphrase': {
      const parametersPath = join(configFolder, 'passphrase.json');
      return createPassphraseProvider({ source: rootKey.source, parametersPath, derivation: sealing, storeExists });
    }
    case 'command':
      return createCommandProvider({ ...rootKey, onNotice });
    case 'credential':
      return createCredentialProvider({ name: rootKey.name, folder: process.env.CREDENTIALS_DIRECTORY });
  }
}
