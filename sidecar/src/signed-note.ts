import { hash } from 'node:crypto';

/** Signature types of C2SP signed-note. */
export const signatureTypes = Object.freeze({ ed25519: 0x01, ed25519Cosignature: 0x04, mlDsa44Cosignature: 0x06 });
export type SignatureType = (typeof signatureTypes)[keyof typeof signatureTypes];

export const keyIdBytes = 4;
/** Before the signature in a C2SP tlog-cosignature. */
export const timestampBytes = 8;
/** FIPS 204, ML-DSA-44. */
export const mlDsa44SignatureBytes = 2420;

/** C2SP signed-note: first four bytes of SHA-256(name, newline, type, public key). */
export function keyId(name: string, type: number, publicKey: Uint8Array): Buffer {
  const input = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicKey]);
  return hash('sha256', input, 'buffer').subarray(0, keyIdBytes);
}

/** One signature of a note, with its newline. */
export function signatureLine(name: string, id: Buffer, signature: Uint8Array): string {
  return `\u2014 ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}

/** Size and root of the tree that is cosigned, and the log that it is of. */
export interface WholeTree {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * C2SP tlog-cosignature "ML-DSA-44 signed message": the whole tree as the subtree from 0 to its size.
 *
 * @param timestamp seconds since 1970 in 8 bytes, big-endian
 */
export function subtreeMessage({ origin, size, root }: WholeTree, cosigner: string, timestamp: Uint8Array): Buffer {
  const range = Buffer.alloc(16);
  range.writeBigUInt64BE(BigInt(size), 8);
  const label = Buffer.from('subtree/v1\n\0');
  return Buffer.concat([label, lengthPrefixed(cosigner), timestamp, lengthPrefixed(origin), range, root]);
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}
