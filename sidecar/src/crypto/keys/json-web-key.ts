import type { KeyUsage } from '../../generated/types.ts';
import { secretMemory } from '../../secret.ts';
import type { KeyAttributes } from '../provider.ts';
import { dataInvalid } from './refusal.ts';

/** A JSON Web Key (RFC 7517): an object whose members are not checked yet. */
export type JsonWebKey = Readonly<Record<string, unknown>>;

/** What a JWK must say to be taken. */
export interface JwkDemand extends KeyAttributes {
  readonly kty: string;
  readonly alg: string;
  readonly use: 'sig' | 'enc';
}

/**
 * A JWK from its UTF-8 JSON text. The format holds secrets as text: the strings that come of it cannot be wiped.
 *
 * @throws SidecarError `data_invalid`
 */
export function parseJwk(data: Uint8Array): JsonWebKey {
  const value = parseJson(data);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw dataInvalid('jwk is not an object');
  return value as JsonWebKey;
}

function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch {
    // The parser's own message quotes the text, which may be a private key: it must not become the cause.
    throw dataInvalid('jwk is not JSON');
  }
}

/** The UTF-8 JSON text of a JWK, in memory of its own. */
export function encodeJwk(jwk: object): Buffer {
  const text = JSON.stringify(jwk);
  const bytes = secretMemory(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/**
 * The checks of "Import Key" for the members that every JWK has (Web Cryptography API, section "JsonWebKey").
 *
 * @throws SidecarError `data_invalid`
 */
export function requireJwk(jwk: JsonWebKey, { kty, alg, use, extractable, usages }: JwkDemand): void {
  if (jwk.kty !== kty) throw dataInvalid(`jwk.kty is not ${kty}`);
  if (jwk.alg !== alg) throw dataInvalid(`jwk.alg is not ${alg}`);
  if (usages.length > 0 && jwk.use !== undefined && jwk.use !== use) throw dataInvalid(`jwk.use is not ${use}`);
  if (jwk.key_ops !== undefined) requireOperations(jwk.key_ops, usages);
  if (jwk.ext !== undefined && jwk.ext !== true && extractable) throw dataInvalid('jwk.ext is not true');
}

/** RFC 7517 section 4.3: no value twice; and what the key is wanted for must be among them. */
function requireOperations(operations: unknown, usages: readonly KeyUsage[]): void {
  if (!Array.isArray(operations) || new Set(operations).size !== operations.length) {
    throw dataInvalid('jwk.key_ops is not a list of different operations');
  }
  const missing = usages.find((usage) => !operations.includes(usage));
  if (missing !== undefined) throw dataInvalid(`jwk.key_ops lacks ${missing}`);
}

/**
 * The bytes of a base64url member (RFC 7515 section 2: no padding), in memory of their own.
 *
 * @throws SidecarError `data_invalid`
 */
export function jwkBytes(jwk: JsonWebKey, member: string): Buffer {
  const text = jwk[member];
  if (typeof text !== 'string' || !/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) {
    throw dataInvalid(`jwk.${member} is not base64url`);
  }
  const bytes = secretMemory(Math.floor((text.length * 3) / 4));
  bytes.write(text, 'base64url');
  return bytes;
}
