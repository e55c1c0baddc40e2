import type { LoadedKeyPair } from '../key.ts';
import { labeledExpand, labeledExtract, suiteId } from './hkdf-sha256.ts';
import { openHpke } from './hpke-recipient.ts';
import { generatePair, type ImportWrapping, type WrappingCrypto } from './import-wrapping.ts';

/** A KEM of HPKE, with its number in IANA's registry. */
interface Kem {
  readonly number: number;
  readonly algorithm: string;
  readonly usages: readonly ['deriveBits'] | readonly ['encapsulateBits', 'decapsulateBits'];
  readonly encapsulatedBytes: number;
  decapsulate(crypto: WrappingCrypto, pair: LoadedKeyPair, encapsulated: Uint8Array): Promise<Uint8Array>;
}

const x25519Number = 0x0020;
const sharedSecretBytes = 32;
const nothing = Buffer.alloc(0);

/** MLKEM768-X25519 (draft-ietf-hpke-pq section 4), HKDF-SHA256, AES-256-GCM. */
export const hpkeMlKem768X25519 = hpke({
  number: 0x647a,
  algorithm: 'MLKEM768-X25519',
  usages: ['encapsulateBits', 'decapsulateBits'],
  encapsulatedBytes: 1120,
  decapsulate: (crypto, { privateKey }, encapsulated) =>
    crypto.decapsulateBits({ name: 'MLKEM768-X25519' }, privateKey, encapsulated),
});

/** DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM (RFC 9180 section 7). */
export const hpkeX25519 = hpke({
  number: x25519Number,
  algorithm: 'X25519',
  usages: ['deriveBits'],
  encapsulatedBytes: 32,
  decapsulate: decapsulateX25519,
});

/** The encapsulated key is followed by the one message, as senders that put both in a row make it. */
function hpke({ number, algorithm, usages, encapsulatedBytes, decapsulate }: Kem): ImportWrapping {
  return Object.freeze({
    generate: (crypto) => generatePair(crypto, { name: algorithm }, { extractable: false, usages }),
    async open(crypto, pair, wrapped, info) {
      const sharedSecret = await decapsulate(crypto, pair, wrapped.subarray(0, encapsulatedBytes));
      try {
        return openHpke({ kem: number, sharedSecret, info, ciphertext: wrapped.subarray(encapsulatedBytes) });
      } finally {
        sharedSecret.fill(0);
      }
    },
  } satisfies ImportWrapping);
}

/** Decap of RFC 9180 section 4.1. An agreement of zeros is refused by the operation itself. */
async function decapsulateX25519(
  crypto: WrappingCrypto,
  { privateKey, publicKey }: LoadedKeyPair,
  encapsulated: Uint8Array,
): Promise<Uint8Array> {
  const algorithm = { name: 'X25519' };
  const peer = await crypto.importKey('raw-public', encapsulated, algorithm, { extractable: true, usages: [] });
  const recipient = await crypto.exportKey('raw-public', publicKey);
  const agreed = await crypto.deriveBits(algorithm, privateKey, null, peer);
  const suite = suiteId('KEM', x25519Number);
  const extracted = labeledExtract(suite, nothing, 'eae_prk', agreed);
  try {
    const context = Buffer.concat([encapsulated, recipient]);
    return labeledExpand(suite, extracted, 'shared_secret', context, sharedSecretBytes);
  } finally {
    for (const secret of [agreed, extracted]) secret.fill(0);
  }
}
