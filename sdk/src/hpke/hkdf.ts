import { nativeCrypto } from '../local/native-crypto.ts';
import { concat } from '../transparency/bytes.ts';
import { labeledIkm, labeledInfo, noBytes } from './labels.ts';

/** HKDF in its two stages (RFC 5869), of HMAC: the one of WebCrypto does both at once. */
export interface Hkdf {
  readonly hash: 'SHA-256' | 'SHA-384' | 'SHA-512';
  /** Nh: output of the hash. */
  readonly bytes: number;
}

export const hkdfSha256: Hkdf = Object.freeze({ hash: 'SHA-256', bytes: 32 });
export const hkdfSha384: Hkdf = Object.freeze({ hash: 'SHA-384', bytes: 48 });
export const hkdfSha512: Hkdf = Object.freeze({ hash: 'SHA-512', bytes: 64 });

/** LabeledExtract of RFC 9180 section 4. */
export async function labeledExtract(
  hkdf: Hkdf,
  id: Uint8Array,
  { salt, label, ikm }: { readonly salt: Uint8Array; readonly label: string; readonly ikm: Uint8Array },
): Promise<Uint8Array<ArrayBuffer>> {
  const labeled = labeledIkm(id, label, ikm);
  try {
    return await hmac(await hmacKey(hkdf, salt), labeled);
  } finally {
    labeled.fill(0);
  }
}

/**
 * LabeledExpand of RFC 9180 section 4.
 *
 * @param bytes at most 255 times the output of the hash
 */
export async function labeledExpand(
  hkdf: Hkdf,
  id: Uint8Array,
  { secret, label, info, bytes }: Expansion,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await hmacKey(hkdf, secret);
  const labeled = labeledInfo(id, label, info, bytes);
  const output = new Uint8Array(bytes);
  let block: Uint8Array<ArrayBuffer> = noBytes;
  for (let start = 0, counter = 1; start < bytes; start += hkdf.bytes, counter += 1) {
    const input = concat(block, labeled, Uint8Array.of(counter));
    block.fill(0);
    block = await hmac(key, input);
    input.fill(0);
    output.set(block.subarray(0, bytes - start), start);
  }
  block.fill(0);
  return output;
}

interface Expansion {
  readonly secret: Uint8Array;
  readonly label: string;
  readonly info: Uint8Array;
  readonly bytes: number;
}

/** WebCrypto refuses an empty key, which for HMAC is one block of zeros. */
function hmacKey({ hash, bytes }: Hkdf, secret: Uint8Array): Promise<CryptoKey> {
  const key = secret.length === 0 ? new Uint8Array(bytes) : (secret as Uint8Array<ArrayBuffer>);
  return nativeCrypto.subtle.importKey('raw', key, { name: 'HMAC', hash }, false, ['sign']);
}

async function hmac(key: CryptoKey, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await nativeCrypto.subtle.sign('HMAC', key, data));
}
