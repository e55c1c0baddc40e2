import { FerroHsmError } from '../errors.ts';
import { nativeCrypto } from '../local/native-crypto.ts';
import { concat } from '../transparency/bytes.ts';
import { type Hkdf, labeledExpand, labeledExtract } from './hkdf.ts';
import { type HpkeRecipientKey, type HpkeSubtleCrypto, type Kem, privateKeyOf } from './kem.ts';
import { noBytes, suiteId } from './labels.ts';

interface Group {
  readonly id: number;
  readonly algorithm: Kem['algorithm'];
  /** Length of a serialized public key. */
  readonly encBytes: number;
  /** Its own, whatever the KDF of the suite is. */
  readonly hkdf: Hkdf;
}

export function ecdh(namedCurve: string): Kem['algorithm'] {
  return Object.freeze({ name: 'ECDH', namedCurve });
}

/**
 * DHKEM of RFC 9180 section 4.1. The sender's ephemeral key is native to this runtime; of the recipient the SubtleCrypto
 * makes one agreement.
 */
export function dhKem(group: Group): Kem {
  const { algorithm, encBytes } = group;
  return Object.freeze({
    algorithm,
    encBytes,
    async encapsulate(subtle, publicKey) {
      const recipientPublic = await serialize(subtle, publicKey);
      const native = nativeCrypto.subtle;
      const peer = await native.importKey('raw', recipientPublic, algorithm, true, []);
      const ephemeral = (await native.generateKey(algorithm, false, ['deriveBits'])) as CryptoKeyPair;
      const enc = await serialize(native, ephemeral.publicKey);
      const agreed = await agree(native, ephemeral.privateKey, peer);
      return { enc, sharedSecret: await extractAndExpand(group, agreed, concat(enc, recipientPublic)) };
    },
    async decapsulate(subtle, recipient, enc) {
      const recipientPublic = await serialize(subtle, await publicKeyOf(subtle, recipient));
      const peer = await subtle.importKey('raw', enc, algorithm, true, []);
      const agreed = await agree(subtle, privateKeyOf(recipient), peer);
      return extractAndExpand(group, agreed, concat(enc, recipientPublic));
    },
  } satisfies Kem);
}

async function serialize(
  subtle: Pick<SubtleCrypto, 'exportKey'>,
  publicKey: CryptoKey,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await subtle.exportKey('raw', publicKey));
}

async function publicKeyOf(subtle: HpkeSubtleCrypto, recipient: HpkeRecipientKey): Promise<CryptoKey> {
  if ('publicKey' in recipient) return recipient.publicKey;
  if (subtle.getPublicKey !== undefined) return subtle.getPublicKey(recipient, []);
  throw new FerroHsmError('not_supported', 'this SubtleCrypto has no getPublicKey: give the key pair');
}

/** Refuses an agreement of zeros on X25519 and X448, as RFC 9180 section 7.1.4 asks. */
async function agree(
  subtle: Pick<SubtleCrypto, 'deriveBits'>,
  privateKey: CryptoKey,
  peer: CryptoKey,
): Promise<Uint8Array<ArrayBuffer>> {
  const { name } = privateKey.algorithm;
  return new Uint8Array(await subtle.deriveBits({ name, public: peer }, privateKey, null));
}

/** Wipes the agreement. */
async function extractAndExpand(
  { id, hkdf }: Group,
  agreed: Uint8Array,
  kemContext: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const kemId = suiteId('KEM', id);
  const secret = await labeledExtract(hkdf, kemId, { salt: noBytes, label: 'eae_prk', ikm: agreed });
  agreed.fill(0);
  try {
    const expansion = { secret, label: 'shared_secret', info: kemContext, bytes: hkdf.bytes };
    return await labeledExpand(hkdf, kemId, expansion);
  } finally {
    secret.fill(0);
  }
}
