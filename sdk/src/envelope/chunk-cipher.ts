import { FerroHsmError } from '../errors.ts';
import { nativeCrypto } from '../local/native-crypto.ts';

export const tagBytes = 16;
/** Invocations of one AES-GCM key (SP 800-38D section 8.3). */
const mostChunks = 2 ** 32;

const commitmentInfo = new TextEncoder().encode('ferrohsm/envelope/v2/commitment');
const chunkKeyInfo = new TextEncoder().encode('ferrohsm/envelope/v2/chunks');

/**
 * Seals and opens the chunks of one envelope: STREAM of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015). A nonce is
 * the number of the chunk as 11 bytes big-endian, from 0, and a byte that is 1 for the last one.
 */
export class ChunkCipher {
  /** 32 bytes that no other data key or fixed part has: AES-GCM itself binds a ciphertext to no key. */
  readonly commitment: Uint8Array<ArrayBuffer>;
  readonly #key: CryptoKey;

  private constructor(commitment: Uint8Array<ArrayBuffer>, key: CryptoKey) {
    this.commitment = commitment;
    this.#key = key;
  }

  /** Derives key and commitment with HKDF-SHA-256, the fixed part as salt, and zeroes the data key. */
  static async derive(dataKey: Uint8Array, fixed: Uint8Array): Promise<ChunkCipher> {
    const { subtle } = nativeCrypto;
    const derivation = (info: BufferSource) => ({ name: 'HKDF', hash: 'SHA-256', salt: fixed as BufferSource, info });
    const base = await takeKey(dataKey as Uint8Array<ArrayBuffer>);
    const commitment = await subtle.deriveBits(derivation(commitmentInfo), base, 256);
    const aesGcm = { name: 'AES-GCM', length: 256 };
    const key = await subtle.deriveKey(derivation(chunkKeyInfo), base, aesGcm, false, ['encrypt', 'decrypt']);
    return new ChunkCipher(new Uint8Array(commitment), key);
  }

  async seal(plaintext: BufferSource, number: number, isLast: boolean): Promise<Uint8Array<ArrayBuffer>> {
    if (number >= mostChunks)
      throw new FerroHsmError('message_too_big', `an envelope has at most ${mostChunks} chunks`);
    return new Uint8Array(await nativeCrypto.subtle.encrypt(gcm(number, isLast), this.#key, plaintext));
  }

  /** The plaintext; undefined when the chunk is not what was sealed at that place. */
  async open(sealed: BufferSource, number: number, isLast: boolean): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (sealed.byteLength < tagBytes) return undefined;
    try {
      return new Uint8Array(await nativeCrypto.subtle.decrypt(gcm(number, isLast), this.#key, sealed));
    } catch {
      return undefined;
    }
  }
}

/** A key that the runtime holds and gives to nobody. */
async function takeKey(dataKey: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  try {
    return await nativeCrypto.subtle.importKey('raw', dataKey, 'HKDF', false, ['deriveBits', 'deriveKey']);
  } finally {
    dataKey.fill(0);
  }
}

function gcm(number: number, isLast: boolean): AesGcmParams {
  const iv = new Uint8Array(12);
  new DataView(iv.buffer).setBigUint64(3, BigInt(number));
  iv[11] = isLast ? 1 : 0;
  return { name: 'AES-GCM', iv };
}
