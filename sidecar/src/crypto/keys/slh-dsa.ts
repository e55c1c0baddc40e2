import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { table } from '../operations/table.ts';
import type { KeyFamily } from './key-family.ts';
import { pairFamily } from './pair-family.ts';
import { type KeyCodec, type Parts, signingUsages } from './pair-scheme.ts';
import { requireMatchingSignature } from './pairwise.ts';
import { rawPrivate, rawPublic } from './part-storage.ts';
import { dataInvalid } from './refusal.ts';

const generate = promisify(generateKeyPair) as (type: never) => Promise<{ privateKey: KeyObject }>;

/** SLH-DSA (FIPS 205) with the parameter set that Node names, such as `slh-dsa-sha2-128s`. */
export function slhDsa(asymmetricKeyType: string): KeyFamily {
  const type = { asymmetricKeyType };
  return pairFamily({
    ...signingUsages,
    jwkUse: 'sig',
    storedFormat: 'raw-private',
    publicFormat: 'spki',
    codecs: table<KeyCodec>({
      'raw-public': {
        type: 'public',
        encode: ([part]) => (part as KeyObject).export({ format: 'raw-public' }),
        decode: (bytes) => [rawPublic(Buffer.from(bytes), type)],
      },
      'raw-private': {
        type: 'private',
        encode: ([part]) => (part as KeyObject).export({ format: 'raw-private' }),
        decode: (bytes) => [rawPrivate('raw-private', view(bytes), type)],
      },
      spki: {
        type: 'public',
        encode: ([part]) => (part as KeyObject).export({ format: 'der', type: 'spki' }),
        decode: (bytes) =>
          ofType(asymmetricKeyType, createPublicKey({ key: view(bytes), format: 'der', type: 'spki' })),
      },
      pkcs8: {
        type: 'private',
        encode: ([part]) => (part as KeyObject).export({ format: 'der', type: 'pkcs8' }),
        decode: (bytes) =>
          ofType(asymmetricKeyType, createPrivateKey({ key: view(bytes), format: 'der', type: 'pkcs8' })),
      },
    }),
    generate: async () => [(await generate(asymmetricKeyType as never)).privateKey],
    publicParts: ([part]) => [createPublicKey(part as KeyObject)],
    // OpenSSL takes the public root of the private key on trust. Only a signature shows whether it is the right one:
    // 10 ms to 1 s of a pool thread.
    checkPrivate: ([part]) => requireMatchingSignature(part as KeyObject, null),
  });
}

function ofType(asymmetricKeyType: string, part: KeyObject): Parts {
  if (part.asymmetricKeyType !== asymmetricKeyType) throw dataInvalid('key of another algorithm');
  return [part];
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
