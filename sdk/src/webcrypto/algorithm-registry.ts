import { foldName } from './algorithm-name.ts';
import { compositeSignatures } from './composite-signatures.ts';
import {
  aeadParams,
  aesCbcParams,
  aesCtrParams,
  aesKeyGenParams,
  algorithm,
  argon2Params,
  contextParams,
  type Dictionary,
  ecKeyParams,
  hashParams,
  hkdfParams,
  hmacKeyGenParams,
  hmacParams,
  keyDeriveParams,
  kmacKeyParams,
  kmacParams,
  pbkdf2Params,
  rsaHashedKeyGenParams,
  rsaOaepParams,
  rsaPssParams,
} from './dictionaries.ts';

/** Operations by which WebCrypto registers algorithms. */
export type Operation =
  | 'generateKey'
  | 'importKey'
  | 'exportKey'
  | 'encrypt'
  | 'decrypt'
  | 'sign'
  | 'verify'
  | 'deriveBits'
  | 'wrapKey'
  | 'unwrapKey'
  | 'encapsulate'
  | 'decapsulate'
  | 'get key length';

export interface RegisteredAlgorithm {
  readonly name: string;
  readonly keys: 'secret' | 'pair';
  /** How a secret key of the algorithm travels: only the older algorithms have `raw`, only newer runtimes `raw-secret`. */
  readonly secretFormat: 'raw' | 'raw-secret';
  /** How a public key of the algorithm travels. */
  readonly publicFormat: 'spki' | 'raw-public';
  readonly operations: Readonly<Partial<Record<Operation, Dictionary>>>;
}

type Operations = RegisteredAlgorithm['operations'];

const aes = {
  generateKey: aesKeyGenParams,
  importKey: algorithm,
  exportKey: algorithm,
  'get key length': aesKeyGenParams,
};
const cipher = (params: Dictionary): Operations => ({ ...aes, encrypt: params, decrypt: params });
const derivation = (params: Dictionary): Operations => ({
  importKey: algorithm,
  deriveBits: params,
  'get key length': algorithm,
});
const rsa = { generateKey: rsaHashedKeyGenParams, importKey: hashParams, exportKey: algorithm };
const ec = { generateKey: ecKeyParams, importKey: ecKeyParams, exportKey: algorithm };
const plain = { generateKey: algorithm, importKey: algorithm, exportKey: algorithm };
const signature = (params: Dictionary): Operations => ({ sign: params, verify: params });
const kmac: Operations = {
  generateKey: kmacKeyParams,
  importKey: kmacKeyParams,
  exportKey: algorithm,
  'get key length': kmacKeyParams,
  ...signature(kmacParams),
};
const kem: Operations = { ...plain, encapsulate: algorithm, decapsulate: algorithm };
const signatureWithContext: Operations = { ...plain, ...signature(contextParams) };

const slhDsaSets = ['SHA2', 'SHAKE'].flatMap((family) =>
  ['128s', '128f', '192s', '192f', '256s', '256f'].map((set) => `SLH-DSA-${family}-${set}`),
);

const secretKeyAlgorithms: Readonly<Record<string, Operations>> = {
  'AES-GCM': cipher(aeadParams),
  'AES-CBC': cipher(aesCbcParams),
  'AES-CTR': cipher(aesCtrParams),
  'AES-KW': { ...aes, wrapKey: algorithm, unwrapKey: algorithm },
  HMAC: {
    generateKey: hmacKeyGenParams,
    importKey: hmacParams,
    exportKey: algorithm,
    'get key length': hmacParams,
    ...signature(algorithm),
  },
  HKDF: derivation(hkdfParams),
  PBKDF2: derivation(pbkdf2Params),
};

/** Of the Modern Algorithms draft. */
const rawSecretAlgorithms: Readonly<Record<string, Operations>> = {
  'AES-OCB': cipher(aeadParams),
  'ChaCha20-Poly1305': { ...plain, encrypt: aeadParams, decrypt: aeadParams, 'get key length': algorithm },
  ...Object.fromEntries(['KMAC128', 'KMAC256'].map((name) => [name, kmac])),
  ...Object.fromEntries(['Argon2d', 'Argon2i', 'Argon2id'].map((name) => [name, derivation(argon2Params)])),
};

const keyPairAlgorithms: Readonly<Record<string, Operations>> = {
  'RSASSA-PKCS1-v1_5': { ...rsa, ...signature(algorithm) },
  'RSA-PSS': { ...rsa, ...signature(rsaPssParams) },
  'RSA-OAEP': { ...rsa, encrypt: rsaOaepParams, decrypt: rsaOaepParams },
  ECDSA: { ...ec, ...signature(hashParams) },
  ECDH: { ...ec, deriveBits: keyDeriveParams },
  Ed25519: { ...plain, ...signature(algorithm) },
  Ed448: signatureWithContext,
  X25519: { ...plain, deriveBits: keyDeriveParams },
  X448: { ...plain, deriveBits: keyDeriveParams },
  ...Object.fromEntries(['ML-KEM-512', 'ML-KEM-768', 'ML-KEM-1024'].map((name) => [name, kem])),
  ...Object.fromEntries(
    ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87', ...slhDsaSets, ...compositeSignatures].map((name) => [
      name,
      signatureWithContext,
    ]),
  ),
};

/** The Modern Algorithms draft gives the hybrid KEMs neither spki nor pkcs8. */
const rawPublicAlgorithms: Readonly<Record<string, Operations>> = Object.fromEntries(
  ['MLKEM768-X25519', 'MLKEM768-P256', 'MLKEM1024-P384'].map((name) => [name, kem]),
);

function describe(
  table: Readonly<Record<string, Operations>>,
  keys: RegisteredAlgorithm['keys'],
  publicFormat: RegisteredAlgorithm['publicFormat'],
  secretFormat: RegisteredAlgorithm['secretFormat'] = 'raw',
): RegisteredAlgorithm[] {
  return Object.entries(table).map(([name, operations]) =>
    Object.freeze({ name, keys, publicFormat, secretFormat, operations: Object.freeze(operations) }),
  );
}

export const registeredAlgorithms: readonly RegisteredAlgorithm[] = Object.freeze([
  ...describe(secretKeyAlgorithms, 'secret', 'spki'),
  ...describe(rawSecretAlgorithms, 'secret', 'spki', 'raw-secret'),
  ...describe(keyPairAlgorithms, 'pair', 'spki'),
  ...describe(rawPublicAlgorithms, 'pair', 'raw-public'),
]);

const byName: ReadonlyMap<string, RegisteredAlgorithm> = new Map(
  registeredAlgorithms.map((registered) => [foldName(registered.name), registered]),
);

/** Finds an algorithm by its name, ASCII case-insensitively. */
export function findAlgorithm(name: string): RegisteredAlgorithm | undefined {
  return byName.get(name) ?? byName.get(foldName(name));
}
