import type { Algorithm, Key, KeyUsage } from '@ferrohsm/sdk';
import type { MechanismParameter } from '../codec/mechanism-parameters.ts';
import type { Cipher } from '../operations/cipher.ts';
import type { Signer, Verifier } from '../operations/signer.ts';
import type { KeyUse } from './key-use.ts';

/**
 * How an operation begins: first the parameter is looked at (CKR_MECHANISM_PARAM_INVALID), then the key. What is kept of a
 * parameter is copied: it lies in the memory of the request.
 */
export type Begin<Operation> = (parameter: MechanismParameter | undefined) => (use: KeyUse) => Operation;

/** How a mechanism wraps keys. */
export interface Wrapping {
  readonly algorithm: Algorithm;
  /** Of the wrapped form of so many bytes. */
  wrappedBytes(keyBytes: number): number;
}

/** Opens what another key was wrapped to. */
export type Unwrapping = Pick<Wrapping, 'algorithm'>;

/** Gives back what a signature was made of. */
export type Recover = (signature: Buffer) => Buffer;

/** What a key is to be that comes of another. */
export interface DerivedKey {
  readonly algorithm: Algorithm;
  readonly usages: readonly KeyUsage[];
}

export interface UnwrappedKey extends DerivedKey {
  readonly isExtractable: boolean;
}

/** Derives keys of one key. */
export interface Derivation {
  /** Length of what is agreed on, in bytes. */
  readonly secretBytes: number;
  derive(wanted: DerivedKey): Promise<Key>;
}

/** An algorithm of WebCrypto, with any hash where none is named. */
export interface SoleAlgorithm {
  readonly name: string;
  readonly hash?: string;
}

/** A mechanism and all that it can do. Which flags it has follows from what is there. */
export interface Mechanism {
  /** CKM_... */
  readonly type: number;
  /** CKK_... of keys that it is used with. */
  readonly keyTypes: readonly number[];
  /** Bits of RSA and elliptic curve keys, bytes of others, as the specification has it for each. */
  readonly keySizes: readonly [least: number, most: number];
  /** Keys of WebCrypto that compute it, besides the general-purpose keys of its types. */
  readonly soleAlgorithms: readonly SoleAlgorithm[];
  /** CKF_EC_... */
  readonly curveFlags?: number;
  readonly generates?: 'key' | 'pair';
  /** Name of the hash in node:crypto, and its length in bytes. */
  readonly digest?: { readonly name: string; readonly bytes: number };
  readonly sign?: Begin<Signer>;
  readonly verify?: Begin<Verifier>;
  readonly signRecover?: Begin<Signer>;
  readonly verifyRecover?: Begin<Recover>;
  readonly encrypt?: Begin<Cipher>;
  readonly decrypt?: Begin<Cipher>;
  readonly wrap?: Begin<Wrapping>;
  readonly unwrap?: Begin<Unwrapping>;
  readonly derive?: Begin<Derivation>;
}
