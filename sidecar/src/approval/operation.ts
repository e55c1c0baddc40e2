import { hash, randomBytes } from 'node:crypto';
import canonicalize from 'canonicalize';
import { SidecarError } from '../errors.ts';
import type { FrozenOperation } from '../generated/types.ts';
import { Secret } from '../secret.ts';

/** An operation that is about to be held, with its arguments as they really are. */
export interface HeldOperation {
  readonly method: string;
  readonly action: string;
  /** Schema-valid, bytes decoded, secret ones as `Secret`. */
  readonly params: object;
  /** Key handle, key name, `session` or `system`. */
  readonly resource: string;
  /** Changes with the resource; empty where there is nothing that changes. */
  readonly resourceState: string;
  /** Names of keys by the handles that the resource and the params have, which tell people nothing. */
  readonly keyNames?: Readonly<Record<string, string>>;
  /** Id of the principal. */
  readonly requester: string;
  /** Subject of the credential that the requester presented, such as `uid:1000`. */
  readonly credential: string;
  /** Request id of the call, or what else names it. */
  readonly by: string;
  /** What policies know of the resource. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Digest under a key of this sidecar: equality can be seen, the value cannot be guessed from it. */
export type SecretDigest = (bytes: Uint8Array) => string;

export interface FreezeOptions {
  /** Origin of the log of the sidecar that will execute it. */
  readonly audience: string;
  /** SHA-256 of the policies in force, base64url. */
  readonly policy: string;
  /** 128 random bits, base64url; fresh unless told. */
  readonly nonce?: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly lifetimeMs: number;
  readonly secretDigest: SecretDigest;
}

const digestPrefix = 'ferrohsm/op/v1\0';
const fingerprintPrefix = 'ferrohsm/held/v1\0';
const nonceBytes = 16;

/**
 * The exact operation as people consent to it.
 *
 * @throws SidecarError `invalid_params` for text that RFC 8785 cannot encode
 * @example digestOf(freeze(held, { audience, policy, now: Date.now(), lifetimeMs: 3_600_000, secretDigest }))
 */
export function freeze(held: HeldOperation, options: FreezeOptions): FrozenOperation {
  const { audience, policy, now, lifetimeMs, secretDigest } = options;
  const { nonce = randomBytes(nonceBytes).toString('base64url') } = options;
  return {
    v: 1,
    audience,
    ...exactOperation(held, secretDigest),
    policy,
    nonce,
    issuedAt: now,
    expiresAt: now + lifetimeMs,
  };
}

/** SHA-256(`ferrohsm/op/v1` ‖ 00 ‖ RFC 8785 encoding), base64url: what people sign. */
export function digestOf(operation: FrozenOperation): string {
  return hash('sha256', digestPrefix + canonical(operation), 'base64url');
}

/** The same for the same operation of the same requester, whenever and under whichever policy it is asked for. */
export function fingerprintOf(held: HeldOperation, secretDigest: SecretDigest): string {
  return hash('sha256', fingerprintPrefix + canonical(exactOperation(held, secretDigest)), 'base64url');
}

function exactOperation(held: HeldOperation, secretDigest: SecretDigest) {
  const { method, action, resource, resourceState, requester, keyNames = {} } = held;
  const { requestId: _, ...params } = held.params as { requestId?: unknown };
  return {
    ...{ method, action, params: canonical(plain(params, secretDigest)), resource, resourceState, requester },
    ...(Object.keys(keyNames).length > 0 && { keyNames }),
  };
}

/** JSON in which bytes are their digests; members that are not there are left out. */
function plain(value: unknown, secretDigest: SecretDigest): unknown {
  if (value instanceof Secret) return { keyedDigest: secretDigest(value.bytes) };
  if (value instanceof Uint8Array) return { sha256: hash('sha256', value, 'base64url'), bytes: value.length };
  if (Array.isArray(value)) return value.map((element) => plain(element, secretDigest));
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member, secretDigest)]));
}

function canonical(value: unknown): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw new SidecarError('invalid_params', 'text is not well-formed Unicode', { cause });
  }
  if (text === undefined) throw new SidecarError('internal_error', 'an operation has no canonical encoding');
  return text;
}
