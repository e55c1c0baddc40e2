import { keyId, type SignatureType, signatureTypes } from '../signed-note.ts';

/** A public key that signs notes under a name (C2SP signed-note "Verifier keys"). */
export interface VerifierKey {
  readonly name: string;
  /** First four bytes of SHA-256(name, newline, type, public key). */
  readonly id: Buffer;
  readonly type: SignatureType;
  readonly publicKey: Buffer;
}

/** One byte holds the length of a name in a cosigned message (C2SP tlog-cosignature). */
const longestNameBytes = 255;
const publicKeyBytes: ReadonlyMap<SignatureType, number> = new Map([
  [signatureTypes.ed25519, 32],
  [signatureTypes.ed25519Cosignature, 32],
  [signatureTypes.mlDsa44Cosignature, 1312],
]);

/**
 * Reads `name+hex(key id)+base64(type, public key)`.
 *
 * @throws RangeError that says what is wrong with it
 */
export function parseVerifierKey(text: string): VerifierKey {
  // Standard base64 may hold plus signs, names may not.
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text) ?? [];
  const typed = decodeBase64(encoded ?? '');
  if (name === undefined || typed === undefined) throw new RangeError('malformed verifier key');
  if (Buffer.byteLength(name) > longestNameBytes) throw new RangeError('verifier key with too long a name');
  const type = requireType(typed);
  const expected = keyId(name, type, typed.subarray(1));
  if (expected.toString('hex') !== id) throw new RangeError('verifier key with the id of another key');
  return { name, id: expected, type, publicKey: typed.subarray(1) };
}

/** Standard base64 as RFC 4648 section 4 writes it and in no other way; undefined for anything else, and for nothing. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}

function requireType(typed: Buffer): SignatureType {
  for (const [type, bytes] of publicKeyBytes) {
    if (typed[0] !== type) continue;
    if (typed.length !== 1 + bytes) throw new RangeError(`verifier key of type ${type} with ${typed.length - 1} bytes`);
    return type;
  }
  throw new RangeError(`verifier key of unknown type ${typed[0]}`);
}
