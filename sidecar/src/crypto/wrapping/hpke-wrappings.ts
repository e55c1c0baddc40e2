import { dhkemX25519, type Kem, mlKem768X25519 } from './hpke-kems.ts';
import { openHpke } from './hpke-recipient.ts';
import { sealHpke } from './hpke-sender.ts';
import { generatePair, type KeyWrapping } from './key-wrapping.ts';

/** MLKEM768-X25519 (draft-ietf-hpke-pq section 4), HKDF-SHA256, AES-256-GCM. */
export const hpkeMlKem768X25519 = hpke(mlKem768X25519);

/** DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM (RFC 9180 section 7). */
export const hpkeX25519 = hpke(dhkemX25519);

/** The encapsulated key is followed by the one message, as senders that put both in a row make it. */
function hpke(kem: Kem): KeyWrapping {
  const { number, algorithm, usages, publicUsages, encapsulatedBytes } = kem;
  return Object.freeze({
    generate: (crypto) => generatePair(crypto, { name: algorithm }, { extractable: false, usages }),
    load: (crypto, spki) =>
      crypto.importKey('spki', spki, { name: algorithm }, { extractable: true, usages: publicUsages }),
    async wrap(crypto, recipient, key, info) {
      const { sharedKey: sharedSecret, ciphertext: encapsulated } = await kem.encapsulate(crypto, recipient);
      try {
        return Buffer.concat([encapsulated, sealHpke({ kem: number, sharedSecret, info }, key)]);
      } finally {
        sharedSecret.fill(0);
      }
    },
    async open(crypto, pair, wrapped, info) {
      const sharedSecret = await kem.decapsulate(crypto, pair, wrapped.subarray(0, encapsulatedBytes));
      try {
        return openHpke({ kem: number, sharedSecret, info }, wrapped.subarray(encapsulatedBytes));
      } finally {
        sharedSecret.fill(0);
      }
    },
  } satisfies KeyWrapping);
}
