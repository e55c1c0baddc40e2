import type { Algorithm, KeyAlgorithm, KeyFormat, KeyUsage, PublicKey } from '../generated/types.ts';
import type { LoadedKey, LoadedKeyPair } from './key.ts';
import type { LaneLoads } from './lanes/lanes.ts';

/** What the holder of a new key asks for. */
export interface KeyAttributes {
  readonly extractable: boolean;
  readonly usages: readonly KeyUsage[];
}

/** Secret bytes of a stored key and the format they are in. The receiver wipes the bytes. */
export interface StoredKey {
  readonly format: string;
  readonly bytes: Uint8Array;
}

export interface EncapsulatedBits {
  /** 32 bytes; the receiver wipes them. */
  readonly sharedKey: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export interface EncapsulatedKey {
  readonly sharedKey: LoadedKey;
  readonly ciphertext: Uint8Array;
}

/**
 * Every operation with keys, with the semantics of WebCrypto: usages, formats and errors as its algorithms define
 * them. Errors are SidecarErrors whose code stands for the DOMException that WebCrypto names: `not_supported`,
 * `syntax_invalid`, `data_invalid`, `access_invalid`, `operation_failed`, `type_invalid`.
 * Results that hold secrets are fresh unpooled bytes that the caller owns and wipes.
 */
export interface CryptoOperations {
  /** Whether keys of the algorithm have a public half. */
  isPair(algorithm: Algorithm | KeyAlgorithm): boolean;
  generateKey(algorithm: Algorithm, attributes: KeyAttributes): Promise<LoadedKey | LoadedKeyPair>;
  /** `data` of a jwk is its JSON in UTF-8. */
  importKey(
    format: KeyFormat,
    data: Uint8Array,
    algorithm: Algorithm | KeyAlgorithm,
    attributes: KeyAttributes,
  ): Promise<LoadedKey>;
  exportKey(format: KeyFormat, key: LoadedKey): Promise<Uint8Array>;
  /** The public half of a private key. */
  publicKey(key: LoadedKey, usages: readonly KeyUsage[]): Promise<LoadedKey>;
  /** A public key as anyone may see it: spki where the algorithm has it, else raw-public. */
  describePublic(key: LoadedKey): Promise<PublicKey>;

  /** The secret or private key in its smallest storable form: a seed where there is one. Ignores `extractable`. */
  store(key: LoadedKey): StoredKey;
  /** What `store` gave, ready to use again. */
  load(format: string, bytes: Uint8Array, algorithm: KeyAlgorithm, attributes: KeyAttributes): LoadedKey;

  sign(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Promise<Uint8Array>;
  /** Signs a message by its digest: RSA with the hash of the key, ECDSA. */
  signDigest(algorithm: Algorithm, key: LoadedKey, digest: Uint8Array): Promise<Uint8Array>;
  verify(algorithm: Algorithm, key: LoadedKey, signature: Uint8Array, data: Uint8Array): Promise<boolean>;
  encrypt(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Promise<Uint8Array>;
  decrypt(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Promise<Uint8Array>;
  wrapKey(format: KeyFormat, key: LoadedKey, wrappingKey: LoadedKey, algorithm: Algorithm): Promise<Uint8Array>;
  unwrapKey(
    format: KeyFormat,
    wrappedKey: Uint8Array,
    unwrappingKey: LoadedKey,
    unwrapAlgorithm: Algorithm,
    unwrappedKeyAlgorithm: Algorithm,
    attributes: KeyAttributes,
  ): Promise<LoadedKey>;
  /** @param length in bits; null for the natural length of a key agreement */
  deriveBits(algorithm: Algorithm, key: LoadedKey, length: number | null, peer?: LoadedKey): Promise<Uint8Array>;
  deriveKey(
    algorithm: Algorithm,
    key: LoadedKey,
    derivedKeyAlgorithm: Algorithm,
    attributes: KeyAttributes,
    peer?: LoadedKey,
  ): Promise<LoadedKey>;
  encapsulateBits(algorithm: Algorithm, key: LoadedKey): Promise<EncapsulatedBits>;
  encapsulateKey(
    algorithm: Algorithm,
    key: LoadedKey,
    sharedKeyAlgorithm: Algorithm,
    attributes: KeyAttributes,
  ): Promise<EncapsulatedKey>;
  decapsulateBits(algorithm: Algorithm, key: LoadedKey, ciphertext: Uint8Array): Promise<Uint8Array>;
  decapsulateKey(
    algorithm: Algorithm,
    key: LoadedKey,
    ciphertext: Uint8Array,
    sharedKeyAlgorithm: Algorithm,
    attributes: KeyAttributes,
  ): Promise<LoadedKey>;
}

/** The operations, as the sidecar's own where they wait for a worker thread, and those of others. */
export interface CryptoProvider extends CryptoOperations {
  /** The same operations for an asker, compared by identity: where they wait for a worker thread, askers take turns. */
  for(asker: object): CryptoOperations;
  /** Ends the worker threads. */
  /** How much there is to do for the threads that compute. */
  readonly loads: LaneLoads;
  close(): Promise<void>;
}
