import { type Generation, generations } from './generation.ts';

/** What either passes a client of p11-kit or is refused by it, without a word to the server. */
interface Carried {
  readonly what: string;
  /** Some of the mechanisms of PKCS#11 that it is about. */
  readonly mechanisms: readonly string[];
  /** The first versions that let it pass, by their place in the list; absent: no released one is known to. */
  readonly since?: 0 | 1 | 2;
}

/** What applications ask for. The lists are in p11-kit's `rpc-message.c`, not in its documentation. */
export const carried: readonly Carried[] = Object.freeze([
  {
    what: 'RSA (PKCS #1, PSS, OAEP), ECDSA of a digest, AES-ECB, SHA-1 and SHA-2, HMAC, new RSA, EC and AES keys',
    mechanisms: [
      'RSA_PKCS',
      'SHA256_RSA_PKCS',
      'RSA_PKCS_PSS',
      'RSA_PKCS_OAEP',
      'ECDSA',
      'AES_ECB',
      'SHA256',
      'SHA256_HMAC',
      'RSA_PKCS_KEY_PAIR_GEN',
      'EC_KEY_PAIR_GEN',
      'AES_KEY_GEN',
    ],
    since: 0,
  },
  {
    what: 'ECDSA with SHA-2, RSA-PSS with SHA-2, SHA-224',
    mechanisms: ['ECDSA_SHA256', 'ECDSA_SHA384', 'SHA256_RSA_PKCS_PSS', 'SHA224'],
    since: 1,
  },
  {
    what: 'AES-CBC, AES-CTR, AES-GCM, ECDH',
    mechanisms: ['AES_CBC', 'AES_CBC_PAD', 'AES_CTR', 'AES_GCM', 'ECDH1_DERIVE'],
    since: 1,
  },
  {
    what: 'EdDSA, X25519, SHA-3, HKDF, AES key wrap',
    mechanisms: ['EDDSA', 'EC_EDWARDS_KEY_PAIR_GEN', 'EC_MONTGOMERY_KEY_PAIR_GEN', 'SHA3_256', 'AES_KEY_WRAP'],
  },
  { what: 'ML-DSA, ML-KEM, SLH-DSA', mechanisms: ['ML_DSA', 'ML_KEM', 'SLH_DSA'] },
]);

/** Whether it passes; `unknown` for versions that were not out when this was written. */
export type Verdict = 'yes' | 'no' | 'unknown';

/** One row of what versions carry. */
export interface CarriedRow {
  readonly what: string;
  readonly carried: Verdict;
}

/** What the clients of one generation carry. */
export function carriedBy(generation: Generation): readonly CarriedRow[] {
  const place = generations.findIndex(({ versions }) => versions === generation.versions);
  return carried.map(({ what, since }) => ({ what, carried: verdict(place, since) }));
}

function verdict(place: number, since: number | undefined): Verdict {
  if (since !== undefined) return place >= since ? 'yes' : 'no';
  return place === generations.length - 1 ? 'unknown' : 'no';
}
