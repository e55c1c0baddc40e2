import { FerroHsmError } from '../errors.ts';
import type { ApprovalKey } from '../generated/types.ts';

/** How an algorithm of JWS (RFC 7518, RFC 8037, RFC 9964 for ML-DSA) signs with WebCrypto. */
export interface ApprovalAlgorithm {
  readonly jws: ApprovalKey['algorithm'];
  /** For `importKey`. */
  readonly key: { readonly name: string; readonly namedCurve?: string; readonly hash?: string };
  /** For `sign` and `verify`. */
  readonly signature: { readonly name: string; readonly hash?: string };
}

const algorithms: readonly ApprovalAlgorithm[] = Object.freeze<ApprovalAlgorithm[]>([
  { jws: 'EdDSA', key: { name: 'Ed25519' }, signature: { name: 'Ed25519' } },
  { jws: 'ES256', key: { name: 'ECDSA', namedCurve: 'P-256' }, signature: { name: 'ECDSA', hash: 'SHA-256' } },
  { jws: 'ML-DSA-65', key: { name: 'ML-DSA-65' }, signature: { name: 'ML-DSA-65' } },
]);

/** Only passkeys have it. */
const rs256: ApprovalAlgorithm = Object.freeze<ApprovalAlgorithm>({
  jws: 'RS256',
  key: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  signature: { name: 'RSASSA-PKCS1-v1_5' },
});

/** @throws FerroHsmError `not_supported` for a key of another algorithm */
export function algorithmOfKey(key: CryptoKey): ApprovalAlgorithm {
  const { name, namedCurve } = key.algorithm as EcKeyAlgorithm;
  const found = algorithms.find((each) => each.key.name === name && each.key.namedCurve === namedCurve);
  if (found !== undefined) return found;
  throw new FerroHsmError('not_supported', `approvals are signed with Ed25519, ECDSA P-256 or ML-DSA-65, not ${name}`);
}

/** Undefined for one that cannot sign approvals in that way. */
export function algorithmNamed(jws: string, kind: ApprovalKey['kind']): ApprovalAlgorithm | undefined {
  return [...algorithms, ...(kind === 'passkey' ? [rs256] : [])].find((each) => each.jws === jws);
}
