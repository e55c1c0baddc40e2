import { createHash, generateKeyPairSync, type KeyObject, randomBytes, verify } from 'node:crypto';
import { made, type Openssl, openOpenssl, type Pointer, pointerBytes, requireSuccess } from './openssl-functions.ts';
import { OpensslKeys } from './openssl-keys.ts';

/**
 * Signs bytes as they are with an EC private key; node:crypto would hash them once more.
 *
 * @returns ECDSA-Sig-Value of RFC 3279 section 2.2.3, in DER
 */
export type OpensslSigner = (privateKey: KeyObject, digest: Uint8Array) => Buffer;

/** Two integers of 66 bytes for P-521, a byte before each and all headers. */
const longestSignatureBytes = 141;

/**
 * The signer of the OpenSSL that this process computes with anyway, as constant in time as node:crypto; undefined where
 * `node:ffi` or a symbol is missing, or where a signature does not verify.
 */
export function loadOpensslSigner(): OpensslSigner | undefined {
  try {
    const openssl = openOpenssl();
    const keys = new OpensslKeys(openssl);
    const signer: OpensslSigner = (privateKey, digest) => keys.use(privateKey, (key) => signed(openssl, key, digest));
    return passesSelfTest(signer) ? signer : undefined;
  } catch {
    return undefined;
  }
}

function signed(openssl: Openssl, key: Pointer, digest: Uint8Array): Buffer {
  const { functions } = openssl;
  const context = made(openssl, functions.EVP_PKEY_CTX_new(key, null));
  try {
    const signature = Buffer.alloc(longestSignatureBytes);
    const length = Buffer.alloc(pointerBytes);
    length.writeBigUInt64LE(BigInt(signature.length));
    requireSuccess(openssl, functions.EVP_PKEY_sign_init(context));
    requireSuccess(openssl, functions.EVP_PKEY_sign(context, signature, length, digest, BigInt(digest.length)));
    return signature.subarray(0, Number(length.readBigUInt64LE()));
  } finally {
    functions.EVP_PKEY_CTX_free(context);
  }
}

/** Twice with the same key: the first time it is not kept. */
function passesSelfTest(signer: OpensslSigner): boolean {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return [1, 2, 3].every(() => {
    const message = randomBytes(64);
    const signature = signer(privateKey, createHash('sha256').update(message).digest());
    return verify('sha256', message, publicKey, signature);
  });
}
