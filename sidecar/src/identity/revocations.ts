import { allDocuments, type DocumentChanges, type Documents } from '../documents.ts';
import { largestToleranceSeconds, longestLifetimeSeconds } from './issuers.ts';

const kind = 'revoked';

/** A JWT of an issuer (by its name), or a bearer token whose digest stands in a principal's record. */
export type RevokedToken = { readonly issuer: string; readonly jti: string } | { readonly tokenSha256: string };

interface StoredRevocation {
  /** Milliseconds since 1970; without it the revocation stays. */
  readonly until?: number;
}

/** No JWT is accepted longer, whatever its issuer allows by then: its lifetime, and the clocks at both its ends. */
const longestAcceptedMs = (longestLifetimeSeconds + 2 * largestToleranceSeconds) * 1000;

/** What is refused although it verifies; kept in memory because every login asks. */
export interface Revocations {
  has(token: RevokedToken): boolean;
  /** Writes it as part of a change; it holds at once, even if that change fails. */
  add(token: RevokedToken, changes: DocumentChanges): void;
}

/** @param now milliseconds since 1970 */
export async function loadRevocations(documents: Documents, now: () => number): Promise<Revocations> {
  const until = new Map<string, number>();
  for (const { id, value } of await allDocuments<StoredRevocation>(documents, kind)) {
    until.set(id, value.until ?? Number.POSITIVE_INFINITY);
  }

  /** A JWT that has expired by any reckoning is refused for that. */
  function dropExpired(changes: DocumentChanges): void {
    for (const [id, time] of until) {
      if (time > now()) continue;
      if (changes.get(kind, id) !== undefined) changes.delete(kind, id);
      until.delete(id);
    }
  }

  return {
    has: (token) => until.has(idOf(token)),
    add(token, changes) {
      dropExpired(changes);
      const time = 'jti' in token ? now() + longestAcceptedMs : Number.POSITIVE_INFINITY;
      changes.put(kind, idOf(token), Number.isFinite(time) ? { until: time } : {});
      until.set(idOf(token), time);
    },
  };
}

function idOf(token: RevokedToken): string {
  return 'jti' in token ? JSON.stringify([token.issuer, token.jti]) : token.tokenSha256;
}
