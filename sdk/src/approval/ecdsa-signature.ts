const numberBytes = 32;

/**
 * The two numbers of a P-256 signature side by side, as WebCrypto takes them, from their DER form (RFC 3279 section
 * 2.2.3), as authenticators make it.
 *
 * @returns undefined for what is not that form
 */
export function ecdsaFromDer(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
  const first = readNumber(der, 2);
  const second = first && readNumber(der, first.end);
  if (first === undefined || second?.end !== der.length) return undefined;
  const raw = new Uint8Array(2 * numberBytes);
  raw.set(first.bytes, numberBytes - first.bytes.length);
  raw.set(second.bytes, raw.length - second.bytes.length);
  return raw;
}

/** An INTEGER of at most 32 bytes without its sign byte. */
function readNumber(der: Uint8Array, at: number): { bytes: Uint8Array; end: number } | undefined {
  const length = der[at + 1];
  if (der[at] !== 0x02 || length === undefined || length === 0) return undefined;
  const end = at + 2 + length;
  const content = der.subarray(at + 2, end);
  if (content.length !== length || (content[0] ?? 0) >= 0x80) return undefined;
  const bytes = content[0] === 0 ? content.subarray(1) : content;
  return bytes.length > numberBytes ? undefined : { bytes, end };
}
