import type { KeyObject } from 'node:crypto';
import { made, type Openssl, type Pointer, pointerBytes } from './openssl-functions.ts';

/**
 * Private keys as OpenSSL has them: the one inside of a KeyObject is out of reach. A copy is kept for keys that are used
 * more than once, until their KeyObject is collected; keys that come to a worker thread with a job leave with it. OpenSSL
 * wipes what it frees.
 */
export class OpensslKeys {
  readonly #openssl: Openssl;
  readonly #kept = new WeakMap<KeyObject, Pointer>();
  readonly #usedOnce = new WeakSet<KeyObject>();
  readonly #collected = new FinalizationRegistry<Pointer>((key) => this.#free(key));

  constructor(openssl: Openssl) {
    this.#openssl = openssl;
  }

  /** @param compute must not hold on to the key */
  use<T>(privateKey: KeyObject, compute: (key: Pointer) => T): T {
    const kept = this.#kept.get(privateKey);
    if (kept !== undefined) return compute(kept);
    const key = this.#load(privateKey);
    if (this.#usedOnce.has(privateKey)) {
      this.#keep(privateKey, key);
      return compute(key);
    }
    this.#usedOnce.add(privateKey);
    try {
      return compute(key);
    } finally {
      this.#free(key);
    }
  }

  #keep(privateKey: KeyObject, key: Pointer): void {
    this.#kept.set(privateKey, key);
    this.#collected.register(privateKey, key);
  }

  #load(privateKey: KeyObject): Pointer {
    const der = privateKey.export({ format: 'der', type: 'pkcs8' });
    try {
      const position = Buffer.alloc(pointerBytes);
      position.writeBigUInt64LE(this.#openssl.addressOf(der));
      return made(this.#openssl, this.#openssl.functions.d2i_AutoPrivateKey(null, position, BigInt(der.length)));
    } finally {
      der.fill(0);
    }
  }

  #free(key: Pointer): void {
    this.#openssl.functions.EVP_PKEY_free(key);
  }
}
