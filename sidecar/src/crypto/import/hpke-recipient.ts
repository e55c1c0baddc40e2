import { createDecipheriv } from 'node:crypto';
import { operationFailed } from '../operations/refusal.ts';
import { joinAndWipe } from '../operations/unpooled.ts';
import { labeledExpand, labeledExtract, suiteId } from './hkdf-sha256.ts';

/** Numbers of IANA's HPKE registries: HKDF-SHA256 and AES-256-GCM. */
const kdf = 0x0001;
const aead = 0x0002;

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** Mode base, in the key schedule context. */
const modeBase = Buffer.of(0);
const nothing = Buffer.alloc(0);

/** One message as its recipient has it. */
export interface HpkeMessage {
  /** Number of the KEM in IANA's registry. */
  readonly kem: number;
  /** What the KEM gave; stays the caller's to wipe. */
  readonly sharedSecret: Uint8Array;
  /** What both sides know. */
  readonly info: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/**
 * Opens the only message of a sender (RFC 9180 section 6.1, mode base) with HKDF-SHA256 and AES-256-GCM, no additional
 * data.
 *
 * @returns unpooled bytes that the caller owns and wipes
 * @throws SidecarError `operation_failed` for a message of somebody else, or a changed one
 */
export function openHpke({ kem, sharedSecret, info, ciphertext }: HpkeMessage): Buffer {
  const suite = suiteId('HPKE', kem, kdf, aead);
  const context = Buffer.concat([
    modeBase,
    labeledExtract(suite, nothing, 'psk_id_hash', nothing),
    labeledExtract(suite, nothing, 'info_hash', info),
  ]);
  const secret = labeledExtract(suite, sharedSecret, 'secret', nothing);
  const key = labeledExpand(suite, secret, 'key', context, keyBytes);
  const nonce = labeledExpand(suite, secret, 'base_nonce', context, nonceBytes);
  try {
    return openAesGcm(key, nonce, ciphertext);
  } finally {
    for (const bytes of [secret, key, nonce]) bytes.fill(0);
  }
}

function openAesGcm(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array): Buffer {
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
