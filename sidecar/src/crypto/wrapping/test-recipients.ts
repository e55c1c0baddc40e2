import { constants, createPublicKey, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { aeskwp } from '@noble/ciphers/aes.js';
import * as hpke from 'hpke';
import type { ImportWrappingName } from '../../generated/types.ts';

/** An outsider with a key pair of its own. */
export interface Recipient {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  open(wrapped: Uint8Array, info: Uint8Array): Promise<Uint8Array>;
}

/** Second implementations of the recipients' side: the package hpke, and node:crypto's RSA with noble's AES-KWP. */
export const recipients: Readonly<Record<ImportWrappingName, () => Promise<Recipient>>> = Object.freeze({
  // draft-ietf-lamps-pq-composite-kem section 6: 1.3.6.1.5.5.7.6.58
  'HPKE-MLKEM768-X25519': hpkeRecipient(hpke.KEM_MLKEM768_X25519, '308204d1300a06082b0601050507063a038204c100', 1120),
  // RFC 8410 section 4
  'HPKE-X25519': hpkeRecipient(hpke.KEM_DHKEM_X25519_HKDF_SHA256, '302a300506032b656e032100', 32),
  'RSA-OAEP-AES-KWP': async () => rsaRecipient(3072),
});

/** SubjectPublicKeyInfo, DER, of an RSA key with another exponent or modulus in base64url; no such key has to exist. */
export function alteredRsaKey(change: { readonly e?: string; readonly n?: (modulus: Buffer) => void }): Buffer {
  const { n = '', ...rest } = generateKeyPairSync('rsa', { modulusLength: 3072 }).publicKey.export({ format: 'jwk' });
  const modulus = Buffer.from(n, 'base64url');
  change.n?.(modulus);
  const key = { ...rest, n: modulus.toString('base64url'), ...(change.e !== undefined && { e: change.e }) };
  return createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'der' });
}

export function rsaRecipient(modulusLength: number): Recipient {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const encryptedBytes = modulusLength / 8;
  const oaep = { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }),
    open: async (wrapped) => {
      const aesKey = privateDecrypt(oaep, wrapped.subarray(0, encryptedBytes));
      return aeskwp(aesKey).decrypt(wrapped.subarray(encryptedBytes));
    },
  };
}

/** @param prefix of the SubjectPublicKeyInfo, before the raw public key; hex */
function hpkeRecipient(kem: hpke.KEMFactory, prefix: string, encapsulatedBytes: number): () => Promise<Recipient> {
  const suite = new hpke.CipherSuite(kem, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES_256_GCM);
  return async () => {
    const pair = await suite.GenerateKeyPair();
    const raw = await suite.SerializePublicKey(pair.publicKey);
    return {
      publicKey: Buffer.concat([Buffer.from(prefix, 'hex'), raw]),
      open: (wrapped, info) =>
        suite.Open(
          pair,
          Uint8Array.from(wrapped.subarray(0, encapsulatedBytes)),
          Uint8Array.from(wrapped.subarray(encapsulatedBytes)),
          { info },
        ),
    };
  };
}
