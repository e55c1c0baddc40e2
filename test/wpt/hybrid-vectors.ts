import { ml_kem768_p256, ml_kem768_x25519, ml_kem1024_p384 } from '@noble/post-quantum/hybrid.js';

const kems = {
  'MLKEM768-P256': ml_kem768_p256,
  'MLKEM768-X25519': ml_kem768_x25519,
  'MLKEM1024-P384': ml_kem1024_p384,
};
type HybridName = keyof typeof kems;

export const hybridNames = Object.keys(kems) as readonly HybridName[];

const seed = new Uint8Array(32);

/** Script that gives the suite's `ml_kem_vectors` those of the hybrid KEMs, made by noble from a fixed seed. */
export function hybridVectors(): string {
  return hybridNames.map((name) => `ml_kem_vectors['${name}'] = {${vectorOf(name)}};\n`).join('');
}

function vectorOf(name: HybridName): string {
  const kem = kems[name];
  const { publicKey } = kem.keygen(seed);
  const randomness = new Uint8Array(kem.lengths.msgRand as number).fill(1);
  const { cipherText, sharedSecret } = kem.encapsulate(publicKey, randomness);
  return fields({
    publicKey,
    privateSeed: seed,
    sampleCiphertext: cipherText,
    expectedSharedSecret: sharedSecret,
  });
}

/** Script with the `keyData` of `import_export/ml_importKey.js`. */
export function hybridFixtures(): string {
  return `var keyData = {${hybridNames.map((name) => `'${name}': {${fixtureOf(name)}}`).join(',\n')}};\n`;
}

function fixtureOf(name: HybridName): string {
  const { publicKey } = kems[name].keygen(seed);
  const jwk = { kty: 'AKP', alg: name, pub: base64url(publicKey), priv: base64url(seed) };
  const plain = {
    privateUsages: ['decapsulateBits', 'decapsulateKey'],
    publicUsages: ['encapsulateBits', 'encapsulateKey'],
    publicFormats: ['jwk', 'raw-public'],
    privateFormats: ['jwk', 'raw-seed'],
    jwk,
  };
  return `${JSON.stringify(plain).slice(1, -1)}, ${fields({ 'raw-public': publicKey, 'raw-seed': seed })}`;
}

function fields(bytes: Readonly<Record<string, Uint8Array>>): string {
  return Object.entries(bytes)
    .map(([name, value]) => `'${name}': new Uint8Array([${value}])`)
    .join(', ');
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
