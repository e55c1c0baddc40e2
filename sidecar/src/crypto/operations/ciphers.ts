import { aesCbc } from './aes-cbc.ts';
import { aesCtr } from './aes-ctr.ts';
import { aesEcb } from './aes-ecb.ts';
import { aesGcm } from './aes-gcm.ts';
import { aesKw } from './aes-kw.ts';
import { aesOcb } from './aes-ocb.ts';
import { chaCha20Poly1305 } from './chacha20-poly1305.ts';
import type { CipherScheme } from './cipher-scheme.ts';
import { rsaOaep } from './rsa-oaep.ts';
import { rsaRaw } from './rsa-raw.ts';
import { rsaesPkcs1 } from './rsaes-pkcs1.ts';
import { table } from './table.ts';

const forDataAndKeys = {
  'AES-GCM': aesGcm,
  'AES-CBC': aesCbc,
  'AES-CTR': aesCtr,
  'AES-OCB': aesOcb,
  'ChaCha20-Poly1305': chaCha20Poly1305,
  'RSA-OAEP': rsaOaep,
  'RSAES-PKCS1-v1_5': rsaesPkcs1,
};

/** Every algorithm that encrypts data. */
export const encryptionSchemes = table<CipherScheme>({ ...forDataAndKeys, 'AES-ECB': aesEcb, 'RSA-RAW': rsaRaw });

/** Every algorithm that wraps keys: AES-KW wraps nothing else, and what does not pad hides no key. */
export const wrappingSchemes = table<CipherScheme>({ ...forDataAndKeys, 'AES-KW': aesKw });
