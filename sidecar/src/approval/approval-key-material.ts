import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';
import type { ApprovalKey } from '../generated/types.ts';
import { importSpki } from './passkey-signature.ts';

/**
 * RFC 7638 thumbprint of the public key itself, the same for a passkey and a JWK. Undefined for a key that cannot be
 * read, which verifies nothing either.
 */
export async function keyMaterial(key: ApprovalKey): Promise<string | undefined> {
  try {
    return await calculateJwkThumbprint(await publicJwk(key), 'sha256');
  } catch {
    return undefined;
  }
}

async function publicJwk({ kind, algorithm, jwk = '', spki = '' }: ApprovalKey): Promise<JWK> {
  return kind === 'jwk' ? (JSON.parse(jwk) as JWK) : await exportJWK(await importSpki(algorithm, spki));
}
