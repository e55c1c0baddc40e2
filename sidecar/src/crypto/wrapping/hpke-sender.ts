import { createCipheriv } from 'node:crypto';
import { type HpkeAgreement, HpkeMessageKey } from './hpke-schedule.ts';

/**
 * Seals the only message to a recipient (RFC 9180 section 6.1, mode base) with HKDF-SHA256 and AES-256-GCM, no
 * additional data.
 *
 * @returns ciphertext and tag
 */
export function sealHpke(agreement: HpkeAgreement, plaintext: Uint8Array): Buffer {
  using message = new HpkeMessageKey(agreement);
  const cipher = createCipheriv('aes-256-gcm', message.key, message.nonce);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}
