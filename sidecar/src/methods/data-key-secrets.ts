import type { LoadedKey } from '../crypto/key.ts';
import type { CryptoOperations } from '../crypto/provider.ts';
import { SidecarError } from '../errors.ts';
import type { KeyUsage } from '../generated/types.ts';
import type { FillRandom } from './system.random.ts';

/** A secret shared by whoever wraps and whoever unwraps, and the token by which the named key finds it again. */
export interface TokenSecret {
  readonly token: Uint8Array;
  /** The receiver wipes it. */
  readonly secret: Uint8Array;
}

/** Where one kind of named key takes the secret from that a wrapping key is derived of. */
export interface SecretSource {
  /** The byte that names it in a wrapped data key. */
  readonly kind: number;
  readonly fresh: (crypto: CryptoOperations, key: LoadedKey, fillRandom: FillRandom) => Promise<TokenSecret>;
  readonly found: (crypto: CryptoOperations, key: LoadedKey, token: Uint8Array) => Promise<Uint8Array>;
}

const saltBytes = 32;

/** Kind 1: the secret is the AES key itself, the token a random salt that makes each wrapping key another one. */
const secretKey: SecretSource = Object.freeze({
  kind: 1,
  async fresh(crypto, key, fillRandom) {
    requireUsage(key, 'encrypt', 'wrapKey');
    return { token: fillRandom(Buffer.alloc(saltBytes)), secret: crypto.store(key).bytes };
  },
  async found(crypto, key, token) {
    requireUsage(key, 'decrypt', 'unwrapKey');
    if (token.length !== saltBytes) throw new SidecarError('data_invalid', `a salt of ${token.length} bytes`);
    return crypto.store(key).bytes;
  },
} satisfies SecretSource);

/** Kind 2: the token is a ciphertext of the KEM. */
const kem: SecretSource = Object.freeze({
  kind: 2,
  async fresh(crypto, key) {
    const publicKey = await crypto.publicKey(key, ['encapsulateBits']);
    const { ciphertext, sharedKey } = await crypto.encapsulateBits({ name: key.algorithm.name }, publicKey);
    return { token: ciphertext, secret: sharedKey };
  },
  async found(crypto, key, token) {
    requireUsage(key, 'decapsulateBits', 'decapsulateKey');
    const decapsulating = { ...key, usages: ['decapsulateBits'] as const };
    return crypto.decapsulateBits({ name: key.algorithm.name }, decapsulating, token);
  },
} satisfies SecretSource);

/**
 * How data keys are wrapped under a key: AES-GCM and AES-KW of 256 bits, ML-KEM and hybrid KEMs.
 *
 * @throws SidecarError `not_supported`; a shorter key would be weaker than what it wraps
 */
export function secretSourceOf({ algorithm: { name, length } }: LoadedKey): SecretSource {
  if (/^ML-KEM-|^MLKEM\d/.test(name)) return kem;
  if ((name === 'AES-GCM' || name === 'AES-KW') && length === 256) return secretKey;
  throw new SidecarError('not_supported', `data keys under ${name}${length === undefined ? '' : ` of ${length} bits`}`);
}

function requireUsage(key: LoadedKey, ...oneOf: readonly KeyUsage[]): void {
  if (!oneOf.some((usage) => key.usages.includes(usage))) {
    throw new SidecarError('access_invalid', `usage ${oneOf.join(' or ')}`);
  }
}
