import type { KeyFormat as HsmKeyFormat, KeyUsage as HsmKeyUsage } from '../generated/types.ts';

/** `context` of ML-DSA, SLH-DSA and composite signatures, at most 255 bytes. */
export interface ContextParams extends Algorithm {
  context?: BufferSource;
}

export interface EncapsulatedKey {
  sharedKey: CryptoKey;
  ciphertext: ArrayBuffer;
}

export interface EncapsulatedBits {
  sharedKey: ArrayBuffer;
  ciphertext: ArrayBuffer;
}

export type KeyImportParams =
  | AlgorithmIdentifier
  | RsaHashedImportParams
  | EcKeyImportParams
  | HmacImportParams
  | AesKeyAlgorithm;

export type KeyPairName =
  | 'Ed25519'
  | 'X25519'
  | `ML-KEM-${string}`
  | `ML-DSA-${string}`
  | `SLH-DSA-${string}`
  | `MLKEM${string}`
  | `MLDSA${string}`;

/** SubtleCrypto with the methods, usages and formats of the Modern Algorithms draft. */
export interface HsmSubtleCrypto extends SubtleCrypto {
  sign(
    algorithm: AlgorithmIdentifier | RsaPssParams | EcdsaParams | ContextParams,
    key: CryptoKey,
    data: BufferSource,
  ): Promise<ArrayBuffer>;
  verify(
    algorithm: AlgorithmIdentifier | RsaPssParams | EcdsaParams | ContextParams,
    key: CryptoKey,
    signature: BufferSource,
    data: BufferSource,
  ): Promise<boolean>;

  generateKey: ((
    algorithm: KeyPairName | { name: KeyPairName },
    extractable: boolean,
    keyUsages: readonly HsmKeyUsage[],
  ) => Promise<CryptoKeyPair>) &
    SubtleCrypto['generateKey'] &
    ((
      algorithm: AlgorithmIdentifier,
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
  exportKey: SubtleCrypto['exportKey'] &
    ((format: Exclude<HsmKeyFormat, 'jwk'>, key: CryptoKey) => Promise<ArrayBuffer>);

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
