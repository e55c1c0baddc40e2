import { aesCbc } from './aes-cbc.ts';
import { aesCtr } from './aes-ctr.ts';
import { aesGcm } from './aes-gcm.ts';
import { aesKw } from './aes-kw.ts';
import { aesOcb } from './aes-ocb.ts';
import { chaCha20Poly1305 } from './chacha20-poly1305.ts';
import type { CipherScheme } from './cipher-scheme.ts';
import { rsaOaep } from './rsa-oaep.ts';
import { table } from './table.ts';

/** Every algorithm that encrypts data. */
export const encryptionSchemes = table<CipherScheme>({
  'AES-GCM': aesGcm,
  'AES-CBC': aesCbc,
  'AES-CTR': aesCtr,
  'AES-OCB': aesOcb,
  'ChaCha20-Poly1305': chaCha20Poly1305,
  'RSA-OAEP': rsaOaep,
});

/** Every algorithm that wraps keys: AES-KW wraps nothing else. */
export const wrappingSchemes = table<CipherScheme>({ ...encryptionSchemes, 'AES-KW': aesKw });
