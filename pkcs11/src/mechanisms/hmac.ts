import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKK } from '../codec/constants/objects.ts';
import { collectedSigner, collectedVerifier } from '../operations/collected-signature.ts';
import { type Hash, sha1, sha3With256, sha3With384, sha3With512, sha256, sha384, sha512 } from './hashes.ts';
import type { Mechanism } from './mechanism.ts';
import { requireNoParameter } from './parameters.ts';

const keySizes = [1, 512] as const;

/**
 * RFC 2104. A generic secret serves every hash, a key of its own type one. The sidecar verifies as it signs: the key is a
 * secret.
 */
function hmac(type: number, { name: hash = '', bytes: signatureBytes }: Hash, keyType: number): Mechanism {
  const algorithm = { name: 'HMAC', hash };
  return Object.freeze({
    keyTypes: [CKK.GENERIC_SECRET, keyType],
    keySizes,
    type,
    soleAlgorithms: [algorithm],
    sign(parameter) {
      requireNoParameter(parameter);
      return (use) => collectedSigner({ signatureBytes, sign: (message) => use.sign(algorithm, message) });
    },
    verify(parameter) {
      requireNoParameter(parameter);
      return (use) => {
        const isValid = (message: Buffer, signature: Buffer) => use.verify(algorithm, message, signature);
        return collectedVerifier({ signatureBytes, isValid });
      };
    },
  } satisfies Mechanism);
}

export const hmacMechanisms: readonly Mechanism[] = [
  Object.freeze({
    keyTypes: [CKK.GENERIC_SECRET],
    keySizes,
    type: CKM.GENERIC_SECRET_KEY_GEN,
    soleAlgorithms: [],
    generates: 'key',
  } satisfies Mechanism),
  hmac(CKM.SHA_1_HMAC, sha1, CKK.SHA_1_HMAC),
  hmac(CKM.SHA256_HMAC, sha256, CKK.SHA256_HMAC),
  hmac(CKM.SHA384_HMAC, sha384, CKK.SHA384_HMAC),
  hmac(CKM.SHA512_HMAC, sha512, CKK.SHA512_HMAC),
  hmac(CKM.SHA3_256_HMAC, sha3With256, CKK.SHA3_256_HMAC),
  hmac(CKM.SHA3_384_HMAC, sha3With384, CKK.SHA3_384_HMAC),
  hmac(CKM.SHA3_512_HMAC, sha3With512, CKK.SHA3_512_HMAC),
];
