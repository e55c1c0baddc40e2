import type { FerroHsm, KeyFormat, KeyUsage } from '@ferrohsm/sdk/node';
import type { KnownSecrets } from './known-secrets.ts';

/** One algorithm with key pairs. */
export interface PairAlgorithm {
  readonly algorithm: { readonly name: string; readonly namedCurve?: string };
  readonly kind: 'signature' | 'agreement' | 'encryption' | 'kem';
  /** Of its private keys; what is secret is read from the first. */
  readonly formats: readonly KeyFormat[];
}

const usagesOf: Readonly<Record<PairAlgorithm['kind'], KeyUsage[]>> = {
  signature: ['sign', 'verify'],
  agreement: ['deriveBits', 'deriveKey'],
  encryption: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
  kem: ['encapsulateBits', 'encapsulateKey', 'decapsulateBits', 'decapsulateKey'],
};

const data = Buffer.from('data');
const rsa = { hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const pkcs8 = ['pkcs8'] as const;

/** One of each family. */
export const pairAlgorithms: readonly PairAlgorithm[] = [
  { algorithm: { name: 'Ed25519' }, kind: 'signature', formats: pkcs8 },
  { algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, kind: 'signature', formats: pkcs8 },
  { algorithm: { name: 'RSA-PSS', ...rsa }, kind: 'signature', formats: pkcs8 },
  { algorithm: { name: 'ML-DSA-65' }, kind: 'signature', formats: ['raw-seed', 'pkcs8'] },
  { algorithm: { name: 'SLH-DSA-SHA2-128f' }, kind: 'signature', formats: ['raw-private', 'pkcs8'] },
  { algorithm: { name: 'MLDSA65-Ed25519-SHA512' }, kind: 'signature', formats: ['raw-seed', 'pkcs8'] },
  { algorithm: { name: 'X25519' }, kind: 'agreement', formats: pkcs8 },
  { algorithm: { name: 'ECDH', namedCurve: 'P-384' }, kind: 'agreement', formats: pkcs8 },
  { algorithm: { name: 'RSA-OAEP', ...rsa }, kind: 'encryption', formats: pkcs8 },
  { algorithm: { name: 'ML-KEM-768' }, kind: 'kem', formats: ['raw-seed', 'pkcs8'] },
  { algorithm: { name: 'MLKEM768-X25519' }, kind: 'kem', formats: ['raw-seed', 'pkcs8'] },
];

/** Makes a pair, exports and imports its private half in each format, and uses it each time. */
export async function usePair(hsm: FerroHsm, known: KnownSecrets, pairAlgorithm: PairAlgorithm): Promise<void> {
  const { subtle } = hsm;
  const { algorithm, kind, formats } = pairAlgorithm;
  const label = `${algorithm.name} ${algorithm.namedCurve ?? ''}`.trim();
  const pair = (await subtle.generateKey(algorithm, true, usagesOf[kind])) as CryptoKeyPair;
  const usages = usagesOf[kind].filter((usage) => (pair.privateKey.usages as readonly string[]).includes(usage));
  for (const [index, format] of formats.entries()) {
    const exported = await exportBytes(hsm, format, pair.privateKey);
    if (index === 0) known.addKey(label, format, exported);
    const keyData = format === 'jwk' ? JSON.parse(exported.toString()) : exported;
    const privateKey = await subtle.importKey(format, keyData, algorithm, true, usages);
    for (const secret of await performers[kind](hsm, algorithm, { ...pair, privateKey }))
      known.add(`by ${label}`, secret);
  }
}

async function exportBytes({ subtle }: FerroHsm, format: KeyFormat, key: CryptoKey): Promise<Buffer> {
  const exported = await (format === 'jwk' ? subtle.exportKey(format, key) : subtle.exportKey(format, key));
  return Buffer.from(exported instanceof ArrayBuffer ? new Uint8Array(exported) : JSON.stringify(exported));
}

type Performer = (hsm: FerroHsm, algorithm: { readonly name: string }, pair: CryptoKeyPair) => Promise<ArrayBuffer[]>;

/** What a pair does; each gives the secrets that came of it. */
const performers: Readonly<Record<PairAlgorithm['kind'], Performer>> = {
  async signature({ subtle }, algorithm, { privateKey }) {
    await subtle.sign({ ...algorithm, hash: 'SHA-256', saltLength: 32 } as Algorithm, privateKey, data);
    return [];
  },
  async agreement({ subtle }, { name }, { privateKey, publicKey }) {
    return [await subtle.deriveBits({ name, public: publicKey }, privateKey, 256)];
  },
  async encryption({ subtle }, { name }, { privateKey, publicKey }) {
    const plaintext = crypto.getRandomValues(new Uint8Array(32));
    return [await subtle.decrypt({ name }, privateKey, await subtle.encrypt({ name }, publicKey, plaintext))];
  },
  async kem({ subtle }, { name }, { privateKey, publicKey }) {
    const { ciphertext, sharedKey } = await subtle.encapsulateBits(name, publicKey);
    await subtle.decapsulateBits(name, privateKey, ciphertext);
    await subtle.decapsulateKey(name, privateKey, ciphertext, 'AES-GCM', false, ['encrypt']);
    return [sharedKey];
  },
};
