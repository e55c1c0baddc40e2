import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { aeskwp } from '@noble/ciphers/aes.js';
import * as hpke from 'hpke';
import type { ImportWrappingName } from '../../generated/types.ts';

/** Wraps a key as an outsider does. */
type Sender = (spki: Uint8Array, key: Uint8Array, info: Uint8Array) => Promise<Buffer>;

/** Second implementations of the senders' side: the package hpke, and node:crypto's RSA with noble's AES-KWP. */
export const senders: Readonly<Record<ImportWrappingName, Sender>> = Object.freeze({
  'HPKE-MLKEM768-X25519': hpkeSender(hpke.KEM_MLKEM768_X25519, 1216),
  'HPKE-X25519': hpkeSender(hpke.KEM_DHKEM_X25519_HKDF_SHA256, 32),
  'RSA-OAEP-AES-KWP': async (spki, key) => {
    const aesKey = randomBytes(32);
    return Buffer.concat([encryptOaep(spki, aesKey), aeskwp(aesKey).encrypt(key)]);
  },
});

/** RSA-OAEP with SHA-256. */
export function encryptOaep(spki: Uint8Array, data: Uint8Array): Buffer {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, data);
}

/** The raw public key is what a SubjectPublicKeyInfo ends with. */
function hpkeSender(kem: hpke.KEMFactory, publicKeyBytes: number): Sender {
  const suite = new hpke.CipherSuite(kem, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES_256_GCM);
  return async (spki, key, info) => {
    const publicKey = await suite.DeserializePublicKey(Uint8Array.from(spki.subarray(-publicKeyBytes)));
    const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, key, { info });
    return Buffer.concat([encapsulatedSecret, ciphertext]);
  };
}
