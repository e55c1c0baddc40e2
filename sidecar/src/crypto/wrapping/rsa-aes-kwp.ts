import { randomFillSync } from 'node:crypto';
import { secretMemory } from '../../secret.ts';
import { operationFailed } from '../operations/refusal.ts';
import { unwrapAesKwp, wrapAesKwp } from './aes-kwp.ts';
import { generatePair, type KeyWrapping } from './key-wrapping.ts';
import { requireSoundRsa } from './sound-rsa.ts';

const modulusBits = 4096;
const aesKeyBytes = 32;
/** 65537. */
const publicExponent = 'AQAB';

/**
 * CKM_RSA_AES_KEY_WRAP (PKCS #11 v3.1 section 6.1.23): an AES-256 key under RSA-OAEP with SHA-256 and no label, followed
 * by the key data under AES-KWP with that AES key.
 */
export const rsaAesKwp: KeyWrapping = Object.freeze({
  generate: (crypto) =>
    generatePair(
      crypto,
      { name: 'RSA-OAEP', modulusLength: modulusBits, publicExponent, hash: 'SHA-256' },
      { extractable: false, usages: ['encrypt', 'decrypt'] },
    ),
  async load(crypto, spki) {
    const algorithm = { name: 'RSA-OAEP', hash: 'SHA-256' };
    const publicKey = await crypto.importKey('spki', spki, algorithm, { extractable: true, usages: ['encrypt'] });
    requireSoundRsa(publicKey);
    return publicKey;
  },
  async wrap(crypto, recipient, key) {
    const aesKey = randomFillSync(secretMemory(aesKeyBytes));
    try {
      const encryptedKey = await crypto.encrypt({ name: 'RSA-OAEP' }, recipient, aesKey);
      return Buffer.concat([encryptedKey, wrapAesKwp(aesKey, key)]);
    } finally {
      aesKey.fill(0);
    }
  },
  async open(crypto, { privateKey }, wrapped) {
    const encryptedKeyBytes = modulusBits / 8;
    const encryptedKey = wrapped.subarray(0, encryptedKeyBytes);
    const aesKey = await crypto.decrypt({ name: 'RSA-OAEP' }, privateKey, encryptedKey);
    try {
      if (aesKey.length !== aesKeyBytes) throw operationFailed(`an AES key of ${aesKey.length} bytes`);
      return unwrapAesKwp(aesKey, wrapped.subarray(encryptedKeyBytes));
    } finally {
      aesKey.fill(0);
    }
  },
} satisfies KeyWrapping);
