import { CKM } from './constants/mechanism-types.ts';
import type { ParameterKind } from './mechanism-parameters.ts';
import type { ProtocolVersion } from './protocol-version.ts';

/** Mechanisms that travel alike. */
interface CarriedMechanisms {
  /** The first protocol version whose stock clients let these pass; none has been released that does for the last groups. */
  readonly since: ProtocolVersion | undefined;
  readonly parameter: ParameterKind | 'none';
  readonly types: readonly number[];
}

/**
 * The stock client refuses, without asking, what its own list does not name. This is the part of the lists of 0.24.1,
 * 0.25.0 and later that concerns us.
 */
const groups: readonly CarriedMechanisms[] = [
  {
    since: 0,
    parameter: 'none',
    types: [
      CKM.RSA_PKCS_KEY_PAIR_GEN,
      CKM.RSA_PKCS,
      CKM.RSA_X_509,
      CKM.SHA1_RSA_PKCS,
      CKM.SHA256_RSA_PKCS,
      CKM.SHA384_RSA_PKCS,
      CKM.SHA512_RSA_PKCS,
      CKM.MD5,
      CKM.SHA_1,
      CKM.SHA_1_HMAC,
      CKM.SHA256,
      CKM.SHA256_HMAC,
      CKM.SHA384,
      CKM.SHA384_HMAC,
      CKM.SHA512,
      CKM.SHA512_HMAC,
      CKM.GENERIC_SECRET_KEY_GEN,
      CKM.EC_KEY_PAIR_GEN,
      CKM.ECDSA,
      CKM.ECDSA_SHA1,
      CKM.AES_KEY_GEN,
      CKM.AES_ECB,
      CKM.AES_MAC,
    ],
  },
  { since: 0, parameter: 'CK_RSA_PKCS_OAEP_PARAMS', types: [CKM.RSA_PKCS_OAEP] },
  { since: 0, parameter: 'CK_RSA_PKCS_PSS_PARAMS', types: [CKM.RSA_PKCS_PSS] },
  {
    since: 1,
    parameter: 'none',
    types: [
      CKM.SHA224_RSA_PKCS,
      CKM.SHA512_224,
      CKM.SHA512_224_HMAC,
      CKM.SHA512_256,
      CKM.SHA512_256_HMAC,
      CKM.SHA224,
      CKM.SHA224_HMAC,
      CKM.ECDSA_SHA224,
      CKM.ECDSA_SHA256,
      CKM.ECDSA_SHA384,
      CKM.ECDSA_SHA512,
      CKM.AES_CMAC,
    ],
  },
  {
    since: 1,
    parameter: 'CK_RSA_PKCS_PSS_PARAMS',
    types: [
      CKM.SHA1_RSA_PKCS_PSS,
      CKM.SHA256_RSA_PKCS_PSS,
      CKM.SHA384_RSA_PKCS_PSS,
      CKM.SHA512_RSA_PKCS_PSS,
      CKM.SHA224_RSA_PKCS_PSS,
    ],
  },
  { since: 1, parameter: 'BYTES', types: [CKM.DH_PKCS_DERIVE] },
  {
    since: 1,
    parameter: 'CK_MAC_GENERAL_PARAMS',
    types: [
      CKM.SHA512_224_HMAC_GENERAL,
      CKM.SHA512_256_HMAC_GENERAL,
      CKM.SHA_1_HMAC_GENERAL,
      CKM.SHA256_HMAC_GENERAL,
      CKM.SHA224_HMAC_GENERAL,
      CKM.SHA384_HMAC_GENERAL,
      CKM.SHA512_HMAC_GENERAL,
      CKM.AES_MAC_GENERAL,
      CKM.AES_CMAC_GENERAL,
    ],
  },
  { since: 1, parameter: 'CK_ECDH1_DERIVE_PARAMS', types: [CKM.ECDH1_DERIVE] },
  {
    since: 1,
    parameter: 'IV',
    types: [
      CKM.AES_CBC,
      CKM.AES_CBC_PAD,
      CKM.AES_CTS,
      CKM.AES_OFB,
      CKM.AES_CFB64,
      CKM.AES_CFB8,
      CKM.AES_CFB128,
      CKM.AES_CFB1,
    ],
  },
  { since: 1, parameter: 'CK_AES_CTR_PARAMS', types: [CKM.AES_CTR] },
  { since: 1, parameter: 'CK_GCM_PARAMS', types: [CKM.AES_GCM] },
  // As clients whose lists were extended by these send them.
  {
    since: undefined,
    parameter: 'CK_RSA_PKCS_PSS_PARAMS',
    types: [CKM.SHA3_256_RSA_PKCS_PSS, CKM.SHA3_384_RSA_PKCS_PSS, CKM.SHA3_512_RSA_PKCS_PSS],
  },
  {
    since: undefined,
    parameter: 'none',
    types: [
      CKM.ML_KEM_KEY_PAIR_GEN,
      CKM.ML_KEM,
      CKM.ML_DSA_KEY_PAIR_GEN,
      CKM.ML_DSA,
      CKM.SLH_DSA_KEY_PAIR_GEN,
      CKM.SLH_DSA,
      CKM.SHA3_256_RSA_PKCS,
      CKM.SHA3_384_RSA_PKCS,
      CKM.SHA3_512_RSA_PKCS,
      CKM.SHA3_256,
      CKM.SHA3_256_HMAC,
      CKM.SHA3_224,
      CKM.SHA3_224_HMAC,
      CKM.SHA3_384,
      CKM.SHA3_384_HMAC,
      CKM.SHA3_512,
      CKM.SHA3_512_HMAC,
      CKM.ECDSA_SHA3_224,
      CKM.ECDSA_SHA3_256,
      CKM.ECDSA_SHA3_384,
      CKM.ECDSA_SHA3_512,
      CKM.EC_EDWARDS_KEY_PAIR_GEN,
      CKM.EC_MONTGOMERY_KEY_PAIR_GEN,
      CKM.EDDSA,
      CKM.AES_KEY_WRAP,
      CKM.AES_KEY_WRAP_PAD,
      CKM.AES_KEY_WRAP_KWP,
      CKM.HKDF_KEY_GEN,
    ],
  },
];

const carried = new Map(groups.flatMap((group) => group.types.map((type) => [type, group] as const)));

/** The parameter that a mechanism travels with, undefined where no list names it. */
export function carriedParameter(type: number): ParameterKind | 'none' | undefined {
  return carried.get(type)?.parameter;
}

/**
 * Whether stock clients of this version let the mechanism pass: the others must not be advertised to them. (0.24.1 trims
 * what it does not know from the end of C_GetMechanismList, and reads one element past it.)
 */
export function isCarried(type: number, version: ProtocolVersion): boolean {
  const since = carried.get(type)?.since;
  return since !== undefined && since <= version;
}
