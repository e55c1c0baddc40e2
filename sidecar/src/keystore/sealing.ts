import type { Secret } from '../secret.ts';

/** The cryptography that the keystore needs; `crypto/sealing.ts` has it. */
export interface Sealing {
  /** Authenticated encryption with a fresh nonce. */
  seal(key: Secret, plaintext: Uint8Array, associatedData: Uint8Array): Buffer;
  /** Throws when key, data or associated data differ. */
  open(key: Secret, sealed: Uint8Array, associatedData: Uint8Array): Secret;
  derive(key: Secret, salt: Uint8Array, info: string, lengthBytes: number): Secret;
  keyedDigest(key: Secret, data: Uint8Array): Buffer;
  /** The same beside the calling thread, of the data as it is at the time of the call. */
  keyedDigestAside(key: Secret, data: Uint8Array): Promise<Buffer>;
}
