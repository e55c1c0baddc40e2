import type { MethodName } from '../generated/types.ts';
import type { Call, HeldKey, Subject, Target } from './context.ts';
import { memberAt } from './member-at.ts';

/** What a call asks for by its parameters, beside what its method is asked about: actions of their own. */
export function specialUses(call: Call, params: object, { id, keys }: Pick<Target, 'id' | 'keys'>): readonly Subject[] {
  const primary = keys.get(id);
  if (primary === undefined) return [];
  return [...callerNonce(call, params, keys), ...messageOf(call, id, primary), ...rawRsa(call, params, id, primary)];
}

/** Which of a method's keys encrypts. */
const encryptingKeys: Readonly<Partial<Record<MethodName, string>>> = Object.freeze({
  'subtle.encrypt': 'key',
  'subtle.wrapKey': 'wrappingKey',
});

/** Algorithms of which a repeated nonce gives the plaintext or the key away (SP 800-38D section 8, RFC 8439 section 4). */
const nonceAlgorithms: ReadonlySet<string> = new Set(['AES-GCM', 'AES-CTR', 'AES-OCB', 'ChaCha20-Poly1305']);

/**
 * WebCrypto lets the caller choose the nonce: under a named key that is an action of its own. It is asked of all that a
 * general-purpose AES key encrypts, because by single blocks the key stream of any nonce can be computed.
 */
function callerNonce({ method }: Call, params: object, keys: Target['keys']): readonly Subject[] {
  const param = encryptingKeys[method];
  if (param === undefined) return [];
  const id = String(memberAt(params, param));
  const held = keys.get(id);
  if (held?.scope !== 'named' || !nonceAlgorithms.has(held.key.algorithm.name)) return [];
  return [{ id, resource: held.resource, action: 'subtle.encrypt.callerNonce' }];
}

/** Whoever may not sign a message with a key may not do it by a digest: policies that speak of messages bind both. */
function messageOf({ method }: Call, id: string, { resource }: HeldKey): readonly Subject[] {
  return method === 'subtle.signDigest' ? [{ id, resource, action: 'subtle.sign' }] : [];
}

/** What raises any bytes to the private exponent makes any signature, and opens any ciphertext: an action of its own. */
function rawRsa({ method }: Call, params: object, id: string, { resource }: HeldKey): readonly Subject[] {
  const isRaw = method === 'subtle.decrypt' && memberAt(params, 'algorithm.name') === 'RSA-RAW';
  return isRaw ? [{ id, resource, action: 'subtle.decrypt.rawRsa' }] : [];
}
