import {
  createCipheriv,
  createPublicKey,
  encapsulate,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  type VerifyKeyObjectInput,
  verify,
} from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** Second implementations: node:crypto and native WebCrypto of the test's own process, the formats written out anew. */
export const oracles: Readonly<Record<string, (...words: string[]) => void | Promise<void>>> = Object.freeze({
  /** `verify PEM SIGNATURE DATA [CONTEXT]`: a signature without a digest of its own (Ed25519, ML-DSA, SLH-DSA). */
  verify(pem = '', signature = '', data = '', context?: string) {
    checkSignature(pem, signature, data, context === undefined ? {} : { context: Buffer.from(context) });
  },

  /** `verify-ecdsa PEM SIGNATURE DATA HASH`: r and s side by side, as WebCrypto has them. */
  'verify-ecdsa'(pem = '', signature = '', data = '', hash = '') {
    checkSignature(pem, signature, data, { dsaEncoding: 'ieee-p1363' }, hash);
  },

  /** `encapsulate PEM CIPHERTEXT SECRET`: writes both. */
  encapsulate(pem = '', ciphertextFile = '', secretFile = '') {
    const { sharedKey, ciphertext } = encapsulate(publicKey(pem));
    writeFileSync(ciphertextFile, ciphertext);
    writeFileSync(secretFile, sharedKey);
  },

  /** `encapsulate-hybrid ALGORITHM RAW CIPHERTEXT SECRET`: native WebCrypto has the hybrid KEMs. */
  async 'encapsulate-hybrid'(algorithm = '', raw = '', ciphertextFile = '', secretFile = '') {
    // The types of the DOM do not know the Modern Algorithms draft.
    const subtle = crypto.subtle as unknown as ModernSubtle;
    const key = await subtle.importKey('raw-public', readFileSync(raw), algorithm, true, ['encapsulateBits']);
    const { sharedKey, ciphertext } = await subtle.encapsulateBits(algorithm, key);
    writeFileSync(ciphertextFile, Buffer.from(ciphertext));
    writeFileSync(secretFile, Buffer.from(sharedKey));
  },

  /** `seal-kem PEM VERSION PLAINTEXT ENVELOPE`: an envelope of kind 2. */
  'seal-kem'(pem = '', version = '', plaintextFile = '', envelopeFile = '') {
    const { sharedKey, ciphertext } = encapsulate(publicKey(pem));
    const iv = randomBytes(12);
    const header = Buffer.concat([
      Buffer.from('FHSM\x01\x02'),
      u32(Number(version)),
      u32(ciphertext.length),
      ciphertext,
      iv,
    ]);
    const cipher = createCipheriv('aes-256-gcm', sharedKey, iv).setAAD(header);
    const body = [cipher.update(readFileSync(plaintextFile)), cipher.final(), cipher.getAuthTag()];
    writeFileSync(envelopeFile, Buffer.concat([header, ...body]));
  },

  /** `seal-oaep PEM VERSION PLAINTEXT ENVELOPE`: an envelope of kind 3 with SHA-256. */
  'seal-oaep'(pem = '', version = '', plaintextFile = '', envelopeFile = '') {
    const header = Buffer.concat([Buffer.from('FHSM\x01\x03'), u32(Number(version))]);
    const key = { key: publicKey(pem), oaepHash: 'sha256', oaepLabel: header };
    writeFileSync(envelopeFile, Buffer.concat([header, publicEncrypt(key, readFileSync(plaintextFile))]));
  },

  /** `jwk FILE PEM`: both are the same public key. */
  jwk(jwkFile = '', pem = '') {
    const key = createPublicKey({ key: JSON.parse(readFileSync(jwkFile, 'utf8')), format: 'jwk' });
    if (!key.equals(publicKey(pem))) throw new Error('the JWK is another key');
  },
});

interface ModernSubtle {
  importKey(
    format: string,
    data: Buffer,
    algorithm: string,
    extractable: boolean,
    usages: string[],
  ): Promise<CryptoKey>;
  encapsulateBits(algorithm: string, key: CryptoKey): Promise<{ sharedKey: ArrayBuffer; ciphertext: ArrayBuffer }>;
}

function checkSignature(
  pem: string,
  signature: string,
  data: string,
  options: Omit<VerifyKeyObjectInput, 'key'>,
  hash?: string,
): void {
  const key = { key: publicKey(pem), ...options };
  if (!verify(hash, readFileSync(data), key, readFileSync(signature))) throw new Error('the signature is not valid');
}

function publicKey(pem: string): KeyObject {
  return createPublicKey(readFileSync(pem));
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
