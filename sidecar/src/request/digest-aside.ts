import { Secret } from '../secret.ts';
import type { Trail } from './context.ts';
import { memberAt } from './member-at.ts';
import type { DigestFunction } from './record-fields.ts';

/** Below this many bytes the way to another thread costs as much as the hash. */
const asideFromBytes = 128 << 10;

/** Digests of long inputs, by the memory that holds them. */
export type KnownDigests = ReadonlyMap<Uint8Array, string>;

/** Begins to hash the long inputs of an operation, for its record, while the operation computes. */
export type DigestAside = (trail: Trail) => void;

/** @param digest of bytes as they are at the time of the call, beside the calling thread */
export function createDigestAside(digest: (bytes: Uint8Array) => Promise<string>): DigestAside {
  return (trail) => {
    const long = longInputs(trail);
    if (long.length === 0) return;
    const digests = Promise.all(long.map(async (bytes) => [bytes, await digest(bytes)] as const));
    // The record is made without them then.
    trail.digests = digests.then((known) => new Map(known)).catch(() => undefined);
  };
}

/** The digest function for the record of that operation. */
export async function withKnown(trail: Trail, digest: DigestFunction): Promise<DigestFunction> {
  const known = await trail.digests;
  return known === undefined ? digest : (bytes) => known.get(bytes) ?? digest(bytes);
}

function longInputs({ call, params }: Trail): Uint8Array[] {
  if (call.attachments.length === 0 || params === undefined) return [];
  return call.traits.auditDigests
    .map((field) => memberAt(params, field))
    .map((value) => (value instanceof Secret ? value.bytes : value))
    .filter((bytes): bytes is Uint8Array => bytes instanceof Uint8Array && bytes.length >= asideFromBytes);
}
