import type { KeyAlgorithm } from '@ferrohsm/sdk';
import { CKK, CKP } from '../codec/constants/objects.ts';

/** Which key of PKCS#11 a key of the sidecar is. */
export interface KeyTypeOfAlgorithm {
  /** CKK_... */
  readonly keyType: number;
  /** CKP_..., the CKA_PARAMETER_SET of types that have one. */
  readonly parameterSet?: number;
}

const rsa = { keyType: CKK.RSA };
const elliptic = { keyType: CKK.EC };
const edwards = { keyType: CKK.EC_EDWARDS };
const montgomery = { keyType: CKK.EC_MONTGOMERY };
const aes = { keyType: CKK.AES };

const keyTypes: Readonly<Record<string, KeyTypeOfAlgorithm>> = {
  'RSASSA-PKCS1-v1_5': rsa,
  'RSA-PSS': rsa,
  'RSA-OAEP': rsa,
  ECDSA: elliptic,
  ECDH: elliptic,
  Ed25519: edwards,
  Ed448: edwards,
  X25519: montgomery,
  X448: montgomery,
  'AES-GCM': aes,
  'AES-CBC': aes,
  'AES-CTR': aes,
  'AES-KW': aes,
  HMAC: { keyType: CKK.GENERIC_SECRET },
  'ML-DSA-44': { keyType: CKK.ML_DSA, parameterSet: CKP.ML_DSA_44 },
  'ML-DSA-65': { keyType: CKK.ML_DSA, parameterSet: CKP.ML_DSA_65 },
  'ML-DSA-87': { keyType: CKK.ML_DSA, parameterSet: CKP.ML_DSA_87 },
  'ML-KEM-512': { keyType: CKK.ML_KEM, parameterSet: CKP.ML_KEM_512 },
  'ML-KEM-768': { keyType: CKK.ML_KEM, parameterSet: CKP.ML_KEM_768 },
  'ML-KEM-1024': { keyType: CKK.ML_KEM, parameterSet: CKP.ML_KEM_1024 },
  'SLH-DSA-SHA2-128s': { keyType: CKK.SLH_DSA, parameterSet: CKP.SLH_DSA_SHA2_128S },
  'SLH-DSA-SHAKE-128s': { keyType: CKK.SLH_DSA, parameterSet: CKP.SLH_DSA_SHAKE_128S },
  'SLH-DSA-SHA2-128f': { keyType: CKK.SLH_DSA, parameterSet: CKP.SLH_DSA_SHA2_128F },
  'SLH-DSA-SHAKE-128f': { keyType: CKK.SLH_DSA, parameterSet: CKP.SLH_DSA_SHAKE_128F },
  'SLH-DSA-SHA2-192s': { keyType: CKK.SLH_DSA, parameterSet: CKP.SLH_DSA_SHA2_192S },
  'SLH-DSA-SHAKE-192s': { keyType: CKK.SLH_DSA, parameterSet: CKP.SLH_DSA_SHAKE_192S },
  'SLH-DSA-SHA2-192f': { keyType: CKK.SLH_DSA, parameterSet: CKP.SLH_DSA_SHA2_192F },
  'SLH-DSA-SHAKE-192f': { keyType: CKK.SLH_DSA, parameterSet: CKP.SLH_DSA_SHAKE_192F },
  'SLH-DSA-SHA2-256s': { keyType: CKK.SLH_DSA, parameterSet: CKP.SLH_DSA_SHA2_256S },
  'SLH-DSA-SHAKE-256s': { keyType: CKK.SLH_DSA, parameterSet: CKP.SLH_DSA_SHAKE_256S },
  'SLH-DSA-SHA2-256f': { keyType: CKK.SLH_DSA, parameterSet: CKP.SLH_DSA_SHA2_256F },
  'SLH-DSA-SHAKE-256f': { keyType: CKK.SLH_DSA, parameterSet: CKP.SLH_DSA_SHAKE_256F },
};

/** undefined for an algorithm that PKCS#11 has no key type for: composite signatures, hybrid KEMs, ChaCha20 and others. */
export function keyTypeOf({ name }: Pick<KeyAlgorithm, 'name'>): KeyTypeOfAlgorithm | undefined {
  return keyTypes[name];
}

/** The algorithm of a key type and a parameter set. */
export function algorithmOfParameterSet(keyType: number, parameterSet: number): string | undefined {
  return Object.keys(keyTypes).find((name) => {
    const found = keyTypes[name];
    return found?.keyType === keyType && found.parameterSet === parameterSet;
  });
}
