import { CKM } from '../../pkcs11/src/codec/constants/mechanism-types.ts';
import { CKK } from '../../pkcs11/src/codec/constants/objects.ts';
import { rawEcdsa, signedMessage, type TokenUse } from './peers/token-use.ts';

/** Keys that every token of the benchmark has. */
export type TokenKey = 'p256' | 'rsa2048';

export interface TokenOperation {
  readonly title: string;
  readonly key: TokenKey;
  readonly uses: { readonly ferrohsm: TokenUse; readonly softhsm: TokenUse };
}

const ecdsaWithSha1: TokenUse = { ...rawEcdsa, mechanism: CKM.ECDSA_SHA1, data: signedMessage, hash: 'sha1' };
const ecdsaWithSha256: TokenUse = { ...rawEcdsa, mechanism: CKM.ECDSA_SHA256, data: signedMessage };

const rsaWithSha256: TokenUse = {
  keyType: CKK.RSA,
  mechanism: CKM.SHA256_RSA_PKCS,
  signatureBytes: 256,
  data: signedMessage,
  hash: 'sha256',
};

/**
 * What is compared. SoftHSM2 has no ECDSA that hashes: its callers hash themselves, as programs do that use it, and send
 * the digest.
 *
 * @param carriesSha2 whether the client lets ECDSA with SHA-2 pass (from 0.25.0 on)
 */
export function tokenOperations(carriesSha2: boolean): readonly TokenOperation[] {
  const hashing = carriesSha2 ? ecdsaWithSha256 : ecdsaWithSha1;
  return [
    { title: 'ECDSA P-256, raw', key: 'p256', uses: { ferrohsm: rawEcdsa, softhsm: rawEcdsa } },
    {
      title: `ECDSA P-256, ${carriesSha2 ? 'SHA-256' : 'SHA-1'} beside raw`,
      key: 'p256',
      uses: { ferrohsm: hashing, softhsm: rawEcdsa },
    },
    { title: 'RSA-2048 PKCS#1, SHA-256', key: 'rsa2048', uses: { ferrohsm: rsaWithSha256, softhsm: rsaWithSha256 } },
  ];
}
