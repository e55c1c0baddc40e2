import { randomFillSync } from 'node:crypto';
import { ivBytes } from './aes-gcm.ts';
import type { SealingMethod } from './sealing-method.ts';

/** The shared secret of every KEM here has 32 bytes; it becomes an AES key that stays in the sidecar. */
const contentKey = Object.freeze({ name: 'AES-GCM', length: 256 });

/**
 * Kind 2, for KEM keys: prefix, length of the KEM's ciphertext as 32 bits, that ciphertext, IV, AES-256-GCM ciphertext
 * with tag. Everything before the last is its additional data.
 */
export const kem: SealingMethod = Object.freeze<SealingMethod>({
  kind: 2,
  algorithms: /^ML-KEM-|^MLKEM\d/,
  async seal(subtle, { publicKey: key }, prefix, plaintext) {
    const { sharedKey, ciphertext } = await subtle.encapsulateKey(key.algorithm, key, contentKey, false, ['encrypt']);
    const iv = randomFillSync(new Uint8Array(ivBytes));
    const header = Buffer.concat([prefix, counted(new Uint8Array(ciphertext)), iv]);
    const sealed = await subtle.encrypt({ name: 'AES-GCM', iv, additionalData: header }, sharedKey, plaintext);
    return Buffer.concat([header, new Uint8Array(sealed)]);
  },
  async open(subtle, { privateKey: key }, envelope) {
    const ciphertext = envelope.takeCounted();
    const iv = envelope.take(ivBytes);
    const sharedKey = await subtle.decapsulateKey(key.algorithm, key, ciphertext, contentKey, false, ['decrypt']);
    const algorithm = { name: 'AES-GCM', iv, additionalData: envelope.header };
    return new Uint8Array(await subtle.decrypt(algorithm, sharedKey, envelope.rest()));
  },
});

function counted(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
