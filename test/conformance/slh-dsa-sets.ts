import { generateKeyPairSync } from 'node:crypto';
import * as noble from '@noble/post-quantum/slh-dsa.js';

/** One of the parameter sets of FIPS 205, table 2. */
export interface ParameterSet {
  readonly name: string;
  readonly publicBytes: number;
  readonly privateBytes: number;
  readonly signatureBytes: number;
  /** Signs in milliseconds: the sets for small signatures take seconds. */
  readonly fast: boolean;
}

/** By security category and speed: `n`, the bytes of a hash, and the bytes of a signature. */
const sizes = {
  '128s': [16, 7856],
  '128f': [16, 17_088],
  '192s': [24, 16_224],
  '192f': [24, 35_664],
  '256s': [32, 29_792],
  '256f': [32, 49_856],
} as const;

export const parameterSets: readonly ParameterSet[] = ['SHA2', 'SHAKE'].flatMap((hash) =>
  Object.entries(sizes).map(([size, [n, signatureBytes]]) => ({
    name: `SLH-DSA-${hash}-${size}`,
    publicBytes: 2 * n,
    privateBytes: 4 * n,
    signatureBytes,
    fast: size.endsWith('f'),
  })),
);

/** The sets as rows of a table of tests. */
export const rows = parameterSets.map((set) => [set.name, set] as const);
export const fastRows = rows.filter(([, { fast }]) => fast);

/** The second implementation: `SLH-DSA-SHA2-128s` is its `slh_dsa_sha2_128s`. */
export function nobleOf({ name }: ParameterSet): noble.SphincsSigner {
  const signers = noble as unknown as Readonly<Record<string, noble.SphincsSigner>>;
  const found = signers[name.toLowerCase().replaceAll('-', '_')];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

export type Bytes = Buffer<ArrayBuffer>;

/** A JWK of the key type AKP; also one that is none. */
export interface AkpJwk extends JsonWebKey {
  readonly pub?: string;
  readonly priv?: string;
}

/** One key pair in every format that WebCrypto has for it. */
export interface KeyData {
  readonly public: { readonly spki: Bytes; readonly 'raw-public': Bytes; readonly jwk: AkpJwk };
  readonly private: { readonly pkcs8: Bytes; readonly 'raw-private': Bytes; readonly jwk: AkpJwk };
}

/** A key pair that the sidecar has not made. */
export function foreignKeyData({ name }: ParameterSet): KeyData {
  const { privateKey, publicKey } = generateKeyPairSync(name.toLowerCase() as 'slh-dsa-sha2-128f');
  const rawPublic = Buffer.from(publicKey.export({ format: 'raw-public' }));
  const rawPrivate = Buffer.from(privateKey.export({ format: 'raw-private' }));
  const spki = Buffer.from(publicKey.export({ format: 'der', type: 'spki' }));
  const pkcs8 = Buffer.from(privateKey.export({ format: 'der', type: 'pkcs8' }));
  const jwk = { kty: 'AKP', alg: name, pub: rawPublic.toString('base64url') };
  return {
    public: { spki, 'raw-public': rawPublic, jwk },
    private: { pkcs8, 'raw-private': rawPrivate, jwk: { ...jwk, priv: rawPrivate.toString('base64url') } },
  };
}

/** A copy with one bit changed. */
export function flipBit(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
