import { SidecarError } from '../errors.ts';
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

/** How one root key follows another without a moment in which neither opens the store. */
export interface RootKeySuccession {
  /**
   * Makes the successor durable beside the present key, or finds the one that was prepared.
   *
   * @returns 32 bytes; the receiver disposes it
   * @throws SidecarError `root_key_unprepared` where somebody else has to prepare it first, `share_missing` as long as too
   *   few custodians gave their shares of it, `not_supported` where the key can never be changed, `config_invalid`
   */
  prepare(): Promise<Secret>;
  /**
   * The successor takes the place of the present key: the store is under it. Does nothing without one.
   *
   * @returns what the operator has to do now
   */
  commit(): string;
}

/** Where the root key comes from. */
export interface RootKeyProvider {
  /**
   * Obtains the root key, making it when there is neither key nor store.
   *
   * @throws SidecarError `config_invalid` for a key that is missing, wrong or not kept private
   */
  obtain(): Promise<ObtainedRootKey>;
  /**
   * Obtains the successor, where one was prepared. Asked for only when the present key did not open the store, because
   * it may need a person: the store went over to it, and the process died before it took its place.
   *
   * @returns the receiver disposes it
   */
  obtainNext(): Promise<Secret | undefined>;
  /** How the key is changed while the sidecar runs. */
  readonly succession: RootKeySuccession;
}

/** Length of a root key. */
export const rootKeyBytes = 32;

/** The name under which the successor of a file or credential waits until the store is under it. */
export function nextName(name: string): string {
  return `${name}.next`;
}

/** @param detail who has to do what first */
export function unprepared(detail: string): SidecarError {
  return new SidecarError('root_key_unprepared', detail);
}
