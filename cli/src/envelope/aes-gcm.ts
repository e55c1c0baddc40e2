import { randomFillSync } from 'node:crypto';
import type { SealingMethod } from './sealing-method.ts';

/** 96 bits (SP 800-38D section 8.2.2): random, so that one key is good for about 2^32 envelopes. */
export const ivBytes = 12;

/** Kind 1, for AES-GCM keys: prefix, IV, ciphertext with tag. Prefix and IV are the additional data. */
export const aesGcm: SealingMethod = Object.freeze<SealingMethod>({
  kind: 1,
  algorithms: /^AES-GCM$/,
  async seal(subtle, { secretKey }, prefix, plaintext) {
    const iv = randomFillSync(new Uint8Array(ivBytes));
    const header = Buffer.concat([prefix, iv]);
    const sealed = await subtle.encrypt({ name: 'AES-GCM', iv, additionalData: header }, secretKey, plaintext);
    return Buffer.concat([header, new Uint8Array(sealed)]);
  },
  async open(subtle, { secretKey }, envelope) {
    const iv = envelope.take(ivBytes);
    const algorithm = { name: 'AES-GCM', iv, additionalData: envelope.header };
    return new Uint8Array(await subtle.decrypt(algorithm, secretKey, envelope.rest()));
  },
});
