import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { table } from '../operations/table.ts';
import { joinAndWipe, joinUnpooled } from '../operations/unpooled.ts';
import type { KeyFamily } from './key-family.ts';
import { pairFamily } from './pair-family.ts';
import { type KeyCodec, type Parts, signingUsages } from './pair-scheme.ts';
import { rawPrivate, rawPublic } from './part-storage.ts';
import { encodePkcs8, encodeSpki, parsePkcs8, parseSpki } from './pkcs8.ts';
import { dataInvalid } from './refusal.ts';

const generate = promisify(generateKeyPair) as (type: string) => Promise<{ privateKey: KeyObject }>;
const mlDsa = Object.freeze({ asymmetricKeyType: 'ml-dsa-65' });
const ed25519 = Object.freeze({ asymmetricKeyType: 'ed25519' });
const mlDsaSeedBytes = 32;
const mlDsaPublicBytes = 1952;
const seedBytes = mlDsaSeedBytes + 32;
const publicBytes = mlDsaPublicBytes + 32;
/** The OID 1.3.6.1.5.5.7.6.48 in DER: an AlgorithmIdentifier without parameters. */
const algorithmIdentifier = Buffer.from('06082b06010505070630', 'hex');

/** draft-ietf-lamps-pq-composite-sigs: the keys of both algorithms in a row, wrapped as one. */
export const mlDsa65Ed25519: KeyFamily = pairFamily({
  ...signingUsages,
  // The JOSE draft is not final.
  jwkUse: null,
  storedFormat: 'raw-seed',
  codecs: table<KeyCodec>({
    'raw-public': { type: 'public', encode: encodePublic, decode: decodePublic },
    'raw-seed': { type: 'private', encode: encodeSeeds, decode: decodeSeeds },
    spki: {
      type: 'public',
      encode: (parts) => encodeSpki(algorithmIdentifier, encodePublic(parts)),
      decode(bytes) {
        const { algorithm, publicKey } = parseSpki(bytes);
        requireAlgorithm(algorithm);
        return decodePublic(publicKey);
      },
    },
    pkcs8: { type: 'private', encode: encodePrivateInfo, decode: decodePrivateInfo },
  }),
  generate: async () => [(await generate('ml-dsa-65')).privateKey, (await generate('ed25519')).privateKey],
  publicParts: (parts) => parts.map((part) => createPublicKey(part)),
});

function encodePublic(parts: Parts): Buffer {
  return joinUnpooled(...parts.map((part) => part.export({ format: 'raw-public' })));
}

function decodePublic(bytes: Uint8Array): Parts {
  if (bytes.length !== publicBytes) throw dataInvalid(`a key of ${bytes.length} bytes`);
  const own = Buffer.from(bytes);
  return [rawPublic(own.subarray(0, mlDsaPublicBytes), mlDsa), rawPublic(own.subarray(mlDsaPublicBytes), ed25519)];
}

function encodeSeeds([postQuantum, classical]: Parts): Buffer {
  return joinAndWipe(
    (postQuantum as KeyObject).export({ format: 'raw-seed' }),
    (classical as KeyObject).export({ format: 'raw-private' }),
  );
}

function decodeSeeds(bytes: Uint8Array): Parts {
  if (bytes.length !== seedBytes) throw dataInvalid(`a private key of ${bytes.length} bytes`);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [
    rawPrivate('raw-seed', view.subarray(0, mlDsaSeedBytes), mlDsa),
    rawPrivate('raw-private', view.subarray(mlDsaSeedBytes), ed25519),
  ];
}

function encodePrivateInfo(parts: Parts): Buffer {
  const seeds = encodeSeeds(parts);
  try {
    return encodePkcs8(algorithmIdentifier, seeds);
  } finally {
    seeds.fill(0);
  }
}

function decodePrivateInfo(bytes: Uint8Array): Parts {
  const { algorithm, privateKey, publicKey } = parsePkcs8(bytes);
  requireAlgorithm(algorithm);
  const parts = decodeSeeds(privateKey);
  if (publicKey !== null && !publicKey.equals(encodePublic(parts.map((part) => createPublicKey(part))))) {
    throw dataInvalid('public and private part do not match');
  }
  return parts;
}

function requireAlgorithm(algorithm: Buffer): void {
  if (!algorithm.equals(algorithmIdentifier)) throw dataInvalid('key of another algorithm');
}
