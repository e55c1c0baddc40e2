import { encodeBase64url } from '../client/base64url.ts';
import { FerroHsmError } from '../errors.ts';
import { nativeCrypto } from '../local/native-crypto.ts';
import { concat } from '../transparency/bytes.ts';
import type { EnvelopeKeys } from './envelope-keys.ts';

const { subtle } = nativeCrypto;
const random = (length: number) => nativeCrypto.getRandomValues(new Uint8Array(length));

/** One named key in this process: a real AES-256-GCM key wraps, and what is handed out is remembered. */
export class LocalKeys implements EnvelopeKeys {
  readonly keyId = `key_${encodeBase64url(random(16))}`;
  /** Data keys that were handed out; the envelope has to zero each. */
  readonly given: Uint8Array[] = [];
  readonly #key: CryptoKey;

  private constructor(key: CryptoKey) {
    this.#key = key;
  }

  static async make(): Promise<LocalKeys> {
    return new LocalKeys(await subtle.importKey('raw', random(32), 'AES-GCM', false, ['encrypt', 'decrypt']));
  }

  async generate() {
    const dataKey = this.#give(random(32));
    return { dataKey, wrapped: await this.#wrap(dataKey), keyId: this.keyId, version: 1 };
  }

  async decrypt(name: string, wrapped: Uint8Array) {
    return { dataKey: this.#give(await this.#unwrap(name, wrapped)), version: 1 };
  }

  async rewrap(name: string, wrapped: Uint8Array) {
    return { wrapped: await this.#wrap(await this.#unwrap(name, wrapped)), version: 1 };
  }

  #give<T extends Uint8Array>(dataKey: T): T {
    this.given.push(dataKey);
    return dataKey;
  }

  async #wrap(dataKey: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const iv = random(12);
    return concat(iv, new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv }, this.#key, dataKey)));
  }

  async #unwrap(name: string, wrapped: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    if (name !== this.keyId) throw new FerroHsmError('not_found', name);
    const bytes = new Uint8Array(wrapped);
    const gcm = { name: 'AES-GCM', iv: bytes.subarray(0, 12) };
    try {
      return new Uint8Array(await subtle.decrypt(gcm, this.#key, bytes.subarray(12)));
    } catch {
      throw new FerroHsmError('operation_failed');
    }
  }
}
