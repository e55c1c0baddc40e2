import { decodeJwt, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { SidecarError } from '../errors.ts';
import type { Peer } from '../peer.ts';
import type { Issuer } from './issuers.ts';
import { holdsBinding } from './jwt-binding.ts';
import { createKeySet } from './key-sets.ts';
import { agreesWithKubernetes } from './kubernetes-claims.ts';

/** What a verified token says. */
export interface VerifiedJwt {
  /** Name of the issuer. */
  readonly issuer: string;
  readonly subject: string;
  readonly jti: string | undefined;
  /** Milliseconds since 1970 until which it is accepted. */
  readonly expiresAt: number;
}

export interface JwtVerifier {
  /** Names of the issuers. */
  readonly issuers: readonly string[];
  /**
   * Checks a token and that this connection may use it; whether it was revoked is another question.
   *
   * @throws SidecarError `unauthenticated`; its detail never says why, its cause does
   */
  verify(token: string, peer: Peer): Promise<VerifiedJwt>;
}

export interface JwtVerifierOptions {
  readonly issuers: readonly Issuer[];
  /** Uid that the sidecar runs under, which may own a key file. */
  readonly uid: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Hears of keys of an issuer that cannot be read. */
  readonly onError: (error: unknown) => void;
}

/** Types of a token whose purpose is access; a token for another purpose must not pass for one (RFC 8725 section 3.11). */
const tokenTypes: readonly string[] = ['jwt', 'at+jwt', 'application/at+jwt'];

/**
 * Verifies JWTs of the trusted issuers, each with its own keys alone.
 *
 * @throws SidecarError `config_invalid` for a key file that cannot be read
 * @example const { subject } = await createJwtVerifier({ issuers, uid, now, onError }).verify(token, peer);
 */
export function createJwtVerifier({ issuers, ...options }: JwtVerifierOptions): JwtVerifier {
  const trusted = new Map(
    issuers.map((issuer) => {
      const keys = createKeySet(issuer.keys, { ...options, algorithms: issuer.algorithms });
      return [issuer.issuer, { issuer, keys }];
    }),
  );

  async function verify(token: string, peer: Peer): Promise<VerifiedJwt> {
    // Whose token it says to be only chooses the keys that must prove it.
    const found = trusted.get(claimedIssuer(token) ?? '');
    if (found === undefined) throw refusal('unknown issuer');
    const payload = await verified(token, found.issuer, found.keys, options.now);
    return accepted(payload, found.issuer, peer, options.now);
  }

  return { issuers: issuers.map(({ name }) => name), verify };
}

async function verified(token: string, issuer: Issuer, keys: JWTVerifyGetKey, now: () => number): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: [...issuer.algorithms],
      issuer: issuer.issuer,
      audience: [...issuer.audience],
      clockTolerance: issuer.clockToleranceSeconds,
      currentDate: new Date(now()),
      requiredClaims: ['iat', 'exp', 'sub'],
    });
    const { typ } = protectedHeader;
    if (typ !== undefined && !tokenTypes.includes(typ.toLowerCase())) throw refusal(`type ${typ}`);
    return payload;
  } catch (cause) {
    throw cause instanceof SidecarError ? cause : refusal('not verified', cause);
  }
}

function accepted(payload: JWTPayload, issuer: Issuer, peer: Peer, now: () => number): VerifiedJwt {
  const { iat = Number.NaN, exp = Number.NaN, sub, jti } = payload;
  const { clockToleranceSeconds, maxLifetimeSeconds } = issuer;
  if (!(iat * 1000 <= now() + clockToleranceSeconds * 1000)) throw refusal('issued in the future');
  if (!(exp - iat <= maxLifetimeSeconds)) throw refusal(`lifetime over ${maxLifetimeSeconds} seconds`);
  if (typeof sub !== 'string' || sub === '') throw refusal('no subject');
  if (jti !== undefined && typeof jti !== 'string') throw refusal('jti is no text');
  if (!agreesWithKubernetes(payload)) throw refusal('kubernetes claims do not agree');
  if (!holdsBinding(payload, peer, issuer.requireBinding)) throw refusal('bound to another connection');
  return { issuer: issuer.name, subject: sub, jti, expiresAt: (exp + clockToleranceSeconds) * 1000 };
}

function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

function refusal(reason: string, cause: unknown = reason): SidecarError {
  return new SidecarError('unauthenticated', 'token is not valid', { cause });
}
