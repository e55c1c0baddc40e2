import type { Secret } from '../secret.ts';

/** Bytes of plaintext in every chunk but the last. */
export const chunkBytes = 65_536;
/** Bytes that sealing adds to a chunk. */
export const tagBytes = 16;
export const commitmentBytes = 32;

/** Seals and opens chunks, each at its place only. */
export interface ChunkCipher {
  seal(chunk: Uint8Array, number: number, isLast: boolean): Buffer;
  /** undefined for anything that was not sealed at that place */
  open(sealed: Uint8Array, number: number, isLast: boolean): Buffer | undefined;
}

/** The cryptography of one backup; `crypto/` has it. */
export interface BackupCrypto {
  /** HKDF-SHA-256 (RFC 5869). */
  derive(key: Secret, salt: Uint8Array, info: string, lengthBytes: number): Secret;
  chunkCipher(key: Secret): ChunkCipher;
}

/** What seals the content of one backup, bound to every byte in front of it. */
export interface ContentSeal extends Disposable {
  readonly cipher: ChunkCipher;
  /** AES-GCM binds a ciphertext to no key: 32 bytes that no other secret or header has. */
  readonly commitment: Buffer;
}

/**
 * @param shared the secret that the header encapsulates; stays the caller's
 * @param headerDigest SHA-256 of magic, format, length and header
 */
export function contentSeal(crypto: BackupCrypto, shared: Secret, headerDigest: Buffer): ContentSeal {
  using commitment = crypto.derive(shared, headerDigest, 'ferrohsm/backup/v1/commitment', commitmentBytes);
  const key = crypto.derive(shared, headerDigest, 'ferrohsm/backup/v1/chunks', 32);
  return {
    cipher: crypto.chunkCipher(key),
    commitment: Buffer.from(commitment.bytes),
    [Symbol.dispose]: () => key.dispose(),
  };
}
