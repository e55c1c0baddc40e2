import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { type BlockTransform, blockBytes } from '../operations/block-cipher.ts';
import type { Cipher } from '../operations/cipher.ts';
import { collectedCipher } from '../operations/collected-cipher.ts';
import type { KeyUse } from './key-use.ts';

const name = 'AES-CBC';

/** The chain of SP 800-38A section 6.2 over more than one call of the sidecar: the last block is the next vector. */
export class CbcChain {
  readonly #use: KeyUse;
  #iv: Buffer;

  constructor(use: KeyUse, iv: Buffer) {
    this.#use = use;
    this.#iv = iv;
  }

  readonly encryption: BlockTransform = async (blocks) => {
    const encrypted = await this.#use.encrypt(this.#algorithm, blocks);
    this.#iv = Buffer.from(encrypted.subarray(-blockBytes));
    return encrypted;
  };

  readonly decryption: BlockTransform = async (blocks) => {
    const algorithm = this.#algorithm;
    this.#iv = Buffer.from(blocks.subarray(-blockBytes));
    return this.#use.decrypt(algorithm, blocks);
  };

  get #algorithm() {
    return { name, iv: this.#iv, padding: false };
  }
}

/** With a key of WebCrypto, which pads in the sidecar. */
export function boundCbcEncryption(use: KeyUse, iv: Buffer): Cipher {
  return collectedCipher({
    refusal: CKR.DATA_LEN_RANGE,
    isExact: true,
    outputBytes: (bytes) => bytes + blockBytes - (bytes % blockBytes),
    compute: (data) => use.encrypt({ name, iv }, data),
  });
}

export function boundCbcDecryption(use: KeyUse, iv: Buffer): Cipher {
  return collectedCipher({
    refusal: CKR.ENCRYPTED_DATA_LEN_RANGE,
    isExact: false,
    outputBytes(bytes) {
      if (bytes > 0 && bytes % blockBytes === 0) return bytes;
      throw new CryptokiRefusal(CKR.ENCRYPTED_DATA_LEN_RANGE, `${bytes} bytes are no whole blocks`);
    },
    compute: (data) => use.decrypt({ name, iv }, data),
  });
}
