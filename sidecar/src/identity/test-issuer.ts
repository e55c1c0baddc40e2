import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { Issuer, TokenAlgorithm } from './issuers.ts';

/** Seconds since 1970 at which the tests take place. */
export const testSeconds = 1_800_000_000;

/** A key pair of an issuer. */
export interface TestKey {
  readonly algorithm: TokenAlgorithm;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function testKey(algorithm: TokenAlgorithm, kid: string): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { algorithm, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' } };
}

export function testIssuer(name: string, keys: readonly TestKey[], change: Partial<Issuer> = {}): Issuer {
  return {
    name,
    issuer: `https://${name}.example`,
    audience: ['ferrohsm'],
    algorithms: ['EdDSA', 'ES256', 'ES384', 'PS256', 'ML-DSA-65'],
    keys: { kind: 'inline', jwks: keys.map(({ jwk }) => jwk) },
    maxLifetimeSeconds: 3600,
    clockToleranceSeconds: 30,
    requireBinding: false,
    ...change,
  };
}

/** Claims of a good token of the issuer `ci`; what is undefined is left out. */
export function testClaims(change: Readonly<Record<string, unknown>> = {}): JWTPayload {
  const claims = {
    iss: 'https://ci.example',
    aud: 'ferrohsm',
    sub: 'build',
    iat: testSeconds - 60,
    exp: testSeconds + 600,
    jti: 'j-1',
    ...change,
  };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}

export function signToken(
  { algorithm, privateKey, jwk }: TestKey,
  claims = testClaims(),
  header = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, kid: jwk.kid ?? '', typ: 'JWT', ...header })
    .sign(privateKey);
}
