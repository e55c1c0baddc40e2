import { WrongRootKey } from '../keystore/keystore.ts';
import type { ObtainedRootKey, RootKeyProvider } from '../root-key/provider.ts';
import type { Secret } from '../secret.ts';

/** Opens the store, or throws `WrongRootKey`. */
export type OpenStore = (rootKey: Secret, isNext: boolean) => Promise<void>;

/**
 * Opens the store with the root key of a provider; with its successor where the store went over to that and the process
 * died before it took its place.
 *
 * @param obtained is wiped
 * @throws SidecarError as `open` and the provider
 */
export async function openProvided(
  { rootKey }: ObtainedRootKey,
  provider: Pick<RootKeyProvider, 'obtainNext'>,
  open: OpenStore,
): Promise<void> {
  using present = rootKey;
  try {
    await open(present, false);
  } catch (error) {
    if (!(error instanceof WrongRootKey)) throw error;
    using next = await provider.obtainNext();
    if (next === undefined) throw error;
    await open(next, true);
  }
}
