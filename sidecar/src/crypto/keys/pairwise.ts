import { createPublicKey, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyFormat } from '../../generated/types.ts';
import { parsePkcs8 } from './pkcs8.ts';
import { dataInvalid } from './refusal.ts';

const signAsync = promisify(sign);
const verifyAsync = promisify(verify);

/**
 * Signs and verifies once, on the thread pool: the only check that node:crypto offers for RSA and SLH-DSA.
 *
 * @throws SidecarError `data_invalid` when the public part does not belong to the private one
 */
export async function requireMatchingSignature(privateKey: KeyObject, digest: string | null): Promise<void> {
  const message = randomBytes(32);
  if (!(await signs(privateKey, message, digest))) throw dataInvalid('public and private part do not match');
}

async function signs(privateKey: KeyObject, message: Buffer, digest: string | null): Promise<boolean> {
  try {
    const signature = await signAsync(digest, message, privateKey);
    return await verifyAsync(digest, message, createPublicKey(privateKey), signature);
  } catch {
    return false;
  }
}

/**
 * RFC 5958 lets a PKCS#8 key carry its public key, which OpenSSL ignores for keys of RFC 8410.
 *
 * @throws SidecarError `data_invalid` when it is another key's
 */
export function requireEmbeddedPublicKey(privateKey: KeyObject, format: KeyFormat, data: Uint8Array): void {
  if (format !== 'pkcs8') return;
  const { publicKey } = parsePkcs8(data);
  if (publicKey !== null && !publicKey.equals(createPublicKey(privateKey).export({ format: 'raw-public' }))) {
    throw dataInvalid('public and private part do not match');
  }
}
