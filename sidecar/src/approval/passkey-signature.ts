import type { ApprovalKey } from '../generated/types.ts';

const { subtle } = globalThis.crypto;

interface SignatureScheme {
  readonly algorithm: { readonly name: string; readonly namedCurve?: string; readonly hash?: string };
  /** The signature as WebCrypto takes it. */
  readonly signature: (bytes: Buffer) => Buffer | undefined;
}

const asIs = (bytes: Buffer) => bytes;

/** What authenticators sign with (WebAuthn Level 3, section 6.5.5): ECDSA signatures come in DER. */
const schemes: Readonly<Partial<Record<ApprovalKey['algorithm'], SignatureScheme>>> = Object.freeze({
  ES256: { algorithm: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }, signature: p1363 },
  EdDSA: { algorithm: { name: 'Ed25519' }, signature: asIs },
  RS256: { algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, signature: asIs },
});

const minRsaBits = 2048;

/** @param spki base64url */
export async function importSpki(algorithm: ApprovalKey['algorithm'], spki: string): Promise<CryptoKey> {
  const scheme = schemes[algorithm];
  if (scheme === undefined) throw new TypeError(`passkeys do not sign with ${algorithm}`);
  const key = await subtle.importKey('spki', Buffer.from(spki, 'base64url'), scheme.algorithm, true, ['verify']);
  const { modulusLength = minRsaBits } = key.algorithm as { modulusLength?: number };
  if (modulusLength < minRsaBits) throw new TypeError('the RSA key is too short');
  return key;
}

/** Whether it is the key's signature; throws for a key that cannot be read. */
export async function verifyPasskeySignature(key: ApprovalKey, signature: Buffer, data: Buffer): Promise<boolean> {
  const publicKey = await importSpki(key.algorithm, key.spki ?? '');
  const scheme = schemes[key.algorithm];
  const converted = scheme?.signature(signature);
  if (scheme === undefined || converted === undefined) return false;
  return await subtle.verify(scheme.algorithm, publicKey, new Uint8Array(converted), new Uint8Array(data));
}

const scalarBytes = 32;
const tags = Object.freeze({ sequence: 0x30, integer: 0x02 });

/** Ecdsa-Sig-Value (RFC 3279 section 2.2.3) of P-256 as r ‖ s; undefined for anything but strict DER. */
function p1363(der: Buffer): Buffer | undefined {
  // Two P-256 scalars are below 128 bytes, so every length is one byte.
  if (der[0] !== tags.sequence || der[1] !== der.length - 2) return undefined;
  const r = derInteger(der, 2);
  if (r === undefined) return undefined;
  const s = derInteger(der, r.end);
  if (s === undefined || s.end !== der.length) return undefined;
  return Buffer.concat([r.scalar, s.scalar]);
}

function derInteger(der: Buffer, start: number): { scalar: Buffer; end: number } | undefined {
  const length = der[start + 1] ?? 0;
  const end = start + 2 + length;
  const digits = der.subarray(start + 2, end);
  const [first = 0, second = 0] = digits;
  const isPadded = first === 0 && digits.length > 1;
  const isMinimal = !isPadded || second >= 0x80;
  const magnitude = isPadded ? digits.subarray(1) : digits;
  if (der[start] !== tags.integer || length === 0 || end > der.length) return undefined;
  if (first >= 0x80 || !isMinimal || magnitude.length > scalarBytes) return undefined;
  return { scalar: Buffer.concat([Buffer.alloc(scalarBytes - magnitude.length), magnitude]), end };
}
