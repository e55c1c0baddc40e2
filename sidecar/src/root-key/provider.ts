import type { Secret } from '../secret.ts';

/** A root key in hand. */
export interface ObtainedRootKey {
  /** 32 bytes; the receiver disposes it. */
  readonly rootKey: Secret;
  /** The key was made just now. */
  readonly created: boolean;
  /** What the operator must be told, loudly. */
  readonly notice?: string;
}

/** Where the root key comes from. */
export interface RootKeyProvider {
  /**
   * Obtains the root key, making it when there is neither key nor store.
   *
   * @throws SidecarError `config_invalid` for a key that is missing, wrong or not kept private
   */
  obtain(): Promise<ObtainedRootKey>;
}

/** Length of a root key. */
export const rootKeyBytes = 32;
