import type { Secret } from '../secret.ts';

/** A root key in hand. */
export interface ObtainedRootKey {
  /** 32 bytes; the receiver disposes it. */
  readonly rootKey: Secret;
  /** The key was made just now. */
  readonly created: boolean;
  /** What the operator must be told, loudly. */
  readonly notice?: string;
  /** The successor, where one was prepared: a crash may have come before or after it took over. */
  readonly next?: Secret;
}

/** How one root key follows another without a moment in which neither opens the store. */
export interface RootKeySuccession {
  /**
   * Makes the successor durable beside the present key, or finds the one that was made before.
   *
   * @returns 32 bytes; the receiver disposes it
   */
  prepare(): Secret;
  /** The successor takes the place of the present key: the store is under it. Does nothing without one. */
  commit(): void;
}

/** Where the root key comes from. */
export interface RootKeyProvider {
  /**
   * Obtains the root key, making it when there is neither key nor store.
   *
   * @throws SidecarError `config_invalid` for a key that is missing, wrong or not kept private
   */
  obtain(): Promise<ObtainedRootKey>;
  /** Where the key can be changed while the sidecar runs. */
  readonly succession?: RootKeySuccession;
}

/** Length of a root key. */
export const rootKeyBytes = 32;
