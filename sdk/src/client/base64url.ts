/** Conversions of ECMAScript 2026 that Node 20 and older browsers lack. */
interface Base64Bytes extends Uint8Array {
  toBase64?(options: { alphabet: 'base64url'; omitPadding: true }): string;
}
interface Base64Constructor {
  fromBase64?(text: string, options: { alphabet: 'base64url' }): Uint8Array;
}

const alphabet = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
const ascii = new TextDecoder();
const invalid = 0xff;

/** Value of each ASCII character, 255 for one outside the alphabet. */
const values = new Uint8Array(128).fill(invalid);
for (const [value, character] of alphabet.entries()) values[character] = value;

/** Base64url without padding (RFC 4648 section 5). */
export function encodeBase64url(bytes: Uint8Array): string {
  const native = bytes as Base64Bytes;
  return native.toBase64?.({ alphabet: 'base64url', omitPadding: true }) ?? encodePortably(bytes);
}

/**
 * Bytes of base64url without padding. Strict: no white space, no padding, no stray bits (RFC 4648 section 3.5), so
 * that one value has one encoding.
 *
 * @returns undefined for any other text
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  return isCanonicalEnd(text) ? (decodeNatively(text) ?? decodePortably(text)) : undefined;
}

/** The last character of a partial group carries 2 or 4 bits that must be zero. */
function isCanonicalEnd(text: string): boolean {
  const remainder = text.length % 4;
  if (remainder === 0) return true;
  const last = values[text.charCodeAt(text.length - 1)] ?? invalid;
  return remainder !== 1 && last !== invalid && (last & (remainder === 2 ? 0x0f : 0x03)) === 0;
}

/** The native decoder skips white space and takes padding: then the length tells. */
function decodeNatively(text: string): Uint8Array | undefined {
  try {
    const bytes = (Uint8Array as Base64Constructor).fromBase64?.(text, { alphabet: 'base64url' });
    return bytes?.length === decodedLength(text) ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function decodedLength(text: string): number {
  return Math.floor((text.length * 3) / 4);
}

/** The encoder for runtimes without `Uint8Array.prototype.toBase64`. */
export function encodePortably(bytes: Uint8Array): string {
  const characters = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let written = 0;
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0x3fff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      characters[written++] = alphabet[(held >> bits) & 0x3f] as number;
    }
  }
  if (bits > 0) characters[written] = alphabet[(held << (6 - bits)) & 0x3f] as number;
  return ascii.decode(characters);
}

/** The decoder for runtimes without `Uint8Array.fromBase64`; stray bits are ignored. */
export function decodePortably(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(decodedLength(text));
  let written = 0;
  let bits = 0;
  let held = 0;
  for (let index = 0; index < text.length; index += 1) {
    const value = values[text.charCodeAt(index)] ?? invalid;
    if (value === invalid) return undefined;
    held = ((held << 6) | value) & 0x3fff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[written++] = (held >> bits) & 0xff;
    }
  }
  return bytes;
}
