import type { KeyUsage } from '../../generated/types.ts';
import type { LoadedKey, LoadedKeyPair } from '../key.ts';
import type { EncapsulatedBits } from '../provider.ts';
import { labeledExpand, labeledExtract, suiteId } from './hkdf-sha256.ts';
import { generatePair, type WrappingCrypto } from './key-wrapping.ts';

/** A KEM of HPKE, with its number in IANA's registry. */
export interface Kem {
  readonly number: number;
  readonly algorithm: string;
  /** Of a pair, and of a recipient's public key. */
  readonly usages: readonly KeyUsage[];
  readonly publicUsages: readonly KeyUsage[];
  readonly encapsulatedBytes: number;
  encapsulate(crypto: WrappingCrypto, recipient: LoadedKey): Promise<EncapsulatedBits>;
  /** @returns a shared secret that the caller wipes */
  decapsulate(crypto: WrappingCrypto, pair: LoadedKeyPair, encapsulated: Uint8Array): Promise<Uint8Array>;
}

/** draft-ietf-hpke-pq section 4: what the KEM gives is the shared secret. */
export const mlKem768X25519: Kem = Object.freeze({
  number: 0x647a,
  algorithm: 'MLKEM768-X25519',
  usages: Object.freeze(['encapsulateBits', 'decapsulateBits'] as const),
  publicUsages: Object.freeze(['encapsulateBits'] as const),
  encapsulatedBytes: 1120,
  encapsulate: (crypto, recipient) => crypto.encapsulateBits({ name: 'MLKEM768-X25519' }, recipient),
  decapsulate: (crypto, { privateKey }, encapsulated) =>
    crypto.decapsulateBits({ name: 'MLKEM768-X25519' }, privateKey, encapsulated),
} satisfies Kem);

const x25519Number = 0x0020;
const sharedSecretBytes = 32;
const nothing = Buffer.alloc(0);
const x25519 = Object.freeze({ name: 'X25519' });

/** DHKEM(X25519, HKDF-SHA256) of RFC 9180 section 4.1. */
export const dhkemX25519: Kem = Object.freeze({
  number: x25519Number,
  algorithm: 'X25519',
  usages: Object.freeze(['deriveBits'] as const),
  publicUsages: Object.freeze([] as const),
  encapsulatedBytes: 32,
  async encapsulate(crypto, recipient) {
    const ephemeral = await generatePair(crypto, x25519, { extractable: false, usages: ['deriveBits'] });
    const ciphertext = await crypto.exportKey('raw-public', ephemeral.publicKey);
    const context = Buffer.concat([ciphertext, await crypto.exportKey('raw-public', recipient)]);
    return { ciphertext, sharedKey: await agreedSecret(crypto, ephemeral.privateKey, recipient, context) };
  },
  async decapsulate(crypto, { privateKey, publicKey }, encapsulated) {
    const peer = await crypto.importKey('raw-public', encapsulated, x25519, { extractable: true, usages: [] });
    const context = Buffer.concat([encapsulated, await crypto.exportKey('raw-public', publicKey)]);
    return await agreedSecret(crypto, privateKey, peer, context);
  },
} satisfies Kem);

/** ExtractAndExpand of the agreement. One of zeros is refused by the operation itself. */
async function agreedSecret(
  crypto: WrappingCrypto,
  own: LoadedKey,
  peer: LoadedKey,
  context: Uint8Array,
): Promise<Uint8Array> {
  const agreed = await crypto.deriveBits(x25519, own, null, peer);
  const suite = suiteId('KEM', x25519Number);
  const extracted = labeledExtract(suite, nothing, 'eae_prk', agreed);
  try {
    return labeledExpand(suite, extracted, 'shared_secret', context, sharedSecretBytes);
  } finally {
    for (const secret of [agreed, extracted]) secret.fill(0);
  }
}
