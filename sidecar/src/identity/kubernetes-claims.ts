import type { JWTPayload } from 'jose';

const subjectPattern = /^system:serviceaccount:([^:]+):([^:]+)$/;
const prefix = 'system:serviceaccount:';

interface ServiceAccountClaims {
  readonly namespace?: unknown;
  readonly serviceaccount?: { readonly name?: unknown };
}

/**
 * Whether a token is none of a Kubernetes service account, or its subject and its `kubernetes.io` claim (projected
 * tokens, `TokenRequest` of authentication.k8s.io/v1) name the same one. A subject alone could be any text that an
 * issuer lets its users choose.
 */
export function agreesWithKubernetes(payload: JWTPayload): boolean {
  const claims = payload['kubernetes.io'] as ServiceAccountClaims | null | undefined;
  const { sub = '' } = payload;
  if (claims === undefined && !sub.startsWith(prefix)) return true;
  const [, namespace, name] = subjectPattern.exec(sub) ?? [];
  if (namespace === undefined || name === undefined) return false;
  return claims?.namespace === namespace && claims.serviceaccount?.name === name;
}
