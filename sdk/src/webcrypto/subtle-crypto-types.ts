import type { KeyFormat as HsmKeyFormat, KeyUsage as HsmKeyUsage, Labels } from '../generated/types.ts';

/** `context` of ML-DSA, SLH-DSA, Ed448 and composite signatures, at most 255 bytes. */
export interface ContextParams extends Algorithm {
  context?: BufferSource;
}

/** KMAC: `outputLength` of the tag in bits, `customization` at most 512 bytes. */
export interface KmacParams extends Algorithm {
  outputLength: number;
  customization?: BufferSource;
}

/** Argon2: `memory` in KiB, at most 1 GiB; `memory` times `passes` at most 4 GiB; `nonce` at least 8 bytes. */
export interface Argon2Params extends Algorithm {
  nonce: BufferSource;
  memory: number;
  passes: number;
  parallelism: number;
  version?: 0x13;
  secretValue?: BufferSource;
  associatedData?: BufferSource;
}

export interface EncapsulatedKey {
  sharedKey: CryptoKey;
  ciphertext: ArrayBuffer;
}

export interface EncapsulatedBits {
  sharedKey: ArrayBuffer;
  ciphertext: ArrayBuffer;
}

export type KeyGenerationParams =
  | AlgorithmIdentifier
  | RsaHashedKeyGenParams
  | EcKeyGenParams
  | HmacKeyGenParams
  | AesKeyGenParams;

export type KeyImportParams =
  | AlgorithmIdentifier
  | RsaHashedImportParams
  | EcKeyImportParams
  | HmacImportParams
  | AesKeyAlgorithm;

/** The name under which a key persists in the sidecar. */
export interface PersistentName {
  /** 1 to 128 characters of a-z, 0-9, dot, underscore, hyphen; segments separated by slashes. */
  readonly name: string;
  /** Free labels that policies select by. */
  readonly labels?: Labels;
}

/**
 * A member of the algorithm of `generateKey` beyond WebCrypto: it makes a named key, which is never extractable. The
 * runtime's own WebCrypto ignores it.
 *
 * @example const algorithm = { name: 'ECDSA', namedCurve: 'P-256', ferro: { name: 'tokens/signing' } };
 * const { privateKey } = await hsm.subtle.generateKey(algorithm, false, ['sign', 'verify']);
 */
export interface PersistentKeyParams {
  readonly ferro: PersistentName;
}

/** A union, not an optional member, which would let an algorithm in a variable fall to the last overload. */
export type MaybePersistent<T> = T | (T & PersistentKeyParams);

export type KeyPairName =
  | 'Ed25519'
  | 'X25519'
  | 'Ed448'
  | 'X448'
  | `ML-KEM-${string}`
  | `ML-DSA-${string}`
  | `SLH-DSA-${string}`
  | `MLKEM${string}`
  | `MLDSA${string}`;

/** SubtleCrypto with the methods, usages and formats of the Modern Algorithms draft. */
export interface HsmSubtleCrypto extends SubtleCrypto {
  sign(
    algorithm: AlgorithmIdentifier | RsaPssParams | EcdsaParams | ContextParams | KmacParams,
    key: CryptoKey,
    data: BufferSource,
  ): Promise<ArrayBuffer>;
  verify(
    algorithm: AlgorithmIdentifier | RsaPssParams | EcdsaParams | ContextParams | KmacParams,
    key: CryptoKey,
    signature: BufferSource,
    data: BufferSource,
  ): Promise<boolean>;

  generateKey: ((
    algorithm: KeyPairName | MaybePersistent<{ name: KeyPairName }>,
    extractable: boolean,
    keyUsages: readonly HsmKeyUsage[],
  ) => Promise<CryptoKeyPair>) &
    ((
      algorithm: MaybePersistent<RsaHashedKeyGenParams | EcKeyGenParams>,
      extractable: boolean,
      keyUsages: readonly HsmKeyUsage[],
    ) => Promise<CryptoKeyPair>) &
    ((
      algorithm: MaybePersistent<AesKeyGenParams | HmacKeyGenParams>,
      extractable: boolean,
      keyUsages: readonly HsmKeyUsage[],
    ) => Promise<CryptoKey>) &
    SubtleCrypto['generateKey'] &
    ((
      algorithm: KeyGenerationParams | (Algorithm & PersistentKeyParams),
      extractable: boolean,
      keyUsages: readonly HsmKeyUsage[],
    ) => Promise<CryptoKeyPair | CryptoKey>);
  importKey: SubtleCrypto['importKey'] &
    ((
      format: HsmKeyFormat,
      keyData: BufferSource | JsonWebKey,
      algorithm: KeyImportParams,
      extractable: boolean,
      keyUsages: readonly HsmKeyUsage[],
    ) => Promise<CryptoKey>);
  unwrapKey: SubtleCrypto['unwrapKey'] &
    ((
      format: HsmKeyFormat,
      wrappedKey: BufferSource,
      unwrappingKey: CryptoKey,
      unwrapAlgorithm: Parameters<SubtleCrypto['unwrapKey']>[3],
      unwrappedKeyAlgorithm: KeyImportParams,
      extractable: boolean,
      keyUsages: readonly HsmKeyUsage[],
    ) => Promise<CryptoKey>);
  exportKey: SubtleCrypto['exportKey'] &
    ((format: Exclude<HsmKeyFormat, 'jwk'>, key: CryptoKey) => Promise<ArrayBuffer>);

  deriveBits: SubtleCrypto['deriveBits'] &
    ((algorithm: Argon2Params, baseKey: CryptoKey, length: number) => Promise<ArrayBuffer>);
  deriveKey: SubtleCrypto['deriveKey'] &
    ((
      algorithm: Parameters<SubtleCrypto['deriveKey']>[0] | Argon2Params,
      baseKey: CryptoKey,
      derivedKeyAlgorithm: Parameters<SubtleCrypto['deriveKey']>[2],
      extractable: boolean,
      keyUsages: readonly HsmKeyUsage[],
    ) => Promise<CryptoKey>);

  /** Encapsulates to a public key; the shared key stays in the sidecar. */
  encapsulateKey(
    encapsulationAlgorithm: AlgorithmIdentifier,
    encapsulationKey: CryptoKey,
    sharedKeyAlgorithm: KeyImportParams,
    extractable: boolean,
    keyUsages: readonly HsmKeyUsage[],
  ): Promise<EncapsulatedKey>;
  /** Encapsulates to a public key and hands the shared key out. */
  encapsulateBits(encapsulationAlgorithm: AlgorithmIdentifier, encapsulationKey: CryptoKey): Promise<EncapsulatedBits>;
  /** Decapsulates with a private key; the shared key stays in the sidecar. */
  decapsulateKey(
    decapsulationAlgorithm: AlgorithmIdentifier,
    decapsulationKey: CryptoKey,
    ciphertext: BufferSource,
    sharedKeyAlgorithm: KeyImportParams,
    extractable: boolean,
    keyUsages: readonly HsmKeyUsage[],
  ): Promise<CryptoKey>;
  /** Decapsulates with a private key and hands the shared key out. */
  decapsulateBits(
    decapsulationAlgorithm: AlgorithmIdentifier,
    decapsulationKey: CryptoKey,
    ciphertext: BufferSource,
  ): Promise<ArrayBuffer>;
  /** The public half of a private key. */
  getPublicKey(key: CryptoKey, keyUsages: readonly HsmKeyUsage[]): Promise<CryptoKey>;
}
