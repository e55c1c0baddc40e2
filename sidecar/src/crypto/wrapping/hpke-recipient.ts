import { createDecipheriv } from 'node:crypto';
import { operationFailed } from '../operations/refusal.ts';
import { joinAndWipe } from '../operations/unpooled.ts';
import { type HpkeAgreement, HpkeMessageKey } from './hpke-schedule.ts';

const tagBytes = 16;

/**
 * Opens the only message of a sender (RFC 9180 section 6.1, mode base) with HKDF-SHA256 and AES-256-GCM, no additional
 * data.
 *
 * @returns unpooled bytes that the caller owns and wipes
 * @throws SidecarError `operation_failed` for a message of somebody else, or a changed one
 */
export function openHpke(agreement: HpkeAgreement, ciphertext: Uint8Array): Buffer {
  using message = new HpkeMessageKey(agreement);
  return openAesGcm(message, ciphertext);
}

function openAesGcm({ key, nonce }: HpkeMessageKey, ciphertext: Uint8Array): Buffer {
  if (ciphertext.length < tagBytes) throw operationFailed(`${ciphertext.length} bytes of wrapped key`);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(ciphertext.subarray(-tagBytes));
  const plaintext = decipher.update(ciphertext.subarray(0, -tagBytes));
  try {
    return joinAndWipe(plaintext, decipher.final());
  } catch (cause) {
    plaintext.fill(0);
    throw operationFailed('HPKE opening did not succeed', cause);
  }
}
