import type { Rpc } from '../client/rpc.ts';
import { nativeCrypto } from '../local/native-crypto.ts';
import { KeyCustody, type PublicKeyPlace } from './key-custody.ts';
import { KeyStorage } from './key-storage.ts';
import { createSubtleCrypto } from './subtle-crypto.ts';
import type { HsmSubtleCrypto } from './subtle-crypto-types.ts';

/** A Web Crypto object whose secret and private keys live in the sidecar. */
export interface HsmCrypto extends Crypto {
  readonly subtle: HsmSubtleCrypto;
  /** Named keys for code that was written for node-webcrypto-p11. */
  readonly keyStorage: KeyStorage;
}

export interface CryptoOptions {
  /**
   * `local` (the default): public keys are CryptoKeys of this runtime where it knows their algorithm, and public
   * operations need no call. `remote`: they stay in the sidecar, whose policy and log then see every use.
   */
  readonly publicKeys?: PublicKeyPlace;
}

interface Parts {
  readonly subtle: HsmSubtleCrypto;
  readonly keyStorage: KeyStorage;
  readonly custody: KeyCustody;
}

const parts = new WeakMap<object, Parts>();

function partsOf(value: unknown): Parts {
  const found = parts.get(value as object);
  if (found === undefined) throw new TypeError('Illegal invocation');
  return found;
}

class CryptoInterface {
  constructor() {
    throw new TypeError('Illegal constructor');
  }

  get subtle(): HsmSubtleCrypto {
    return partsOf(this).subtle;
  }

  get keyStorage(): KeyStorage {
    return partsOf(this).keyStorage;
  }

  getRandomValues<T extends ArrayBufferView>(...args: [array: T]): T {
    partsOf(this);
    return Reflect.apply(nativeCrypto.getRandomValues, nativeCrypto, args) as T;
  }

  randomUUID(): ReturnType<Crypto['randomUUID']> {
    partsOf(this);
    return nativeCrypto.randomUUID();
  }
}

for (const name of ['subtle', 'keyStorage', 'getRandomValues', 'randomUUID']) {
  Object.defineProperty(CryptoInterface.prototype, name, { enumerable: true });
}
Object.defineProperty(CryptoInterface.prototype.getRandomValues, 'length', { value: 1, configurable: true });
Object.defineProperty(CryptoInterface, 'name', { value: 'Crypto', configurable: true });
Object.defineProperty(CryptoInterface.prototype, Symbol.toStringTag, { value: 'Crypto', configurable: true });

/** The interface object, for code that tests with instanceof. */
export const Crypto = CryptoInterface;

/**
 * A Crypto over one connection. `getRandomValues`, `randomUUID` and `subtle.digest` are the runtime's own.
 *
 * @example const { subtle } = createCrypto(rpc);
 * const { privateKey } = await subtle.generateKey({ name: 'ML-DSA-65' }, false, ['sign', 'verify']);
 */
export function createCrypto(rpc: Rpc, { publicKeys = 'local' }: CryptoOptions = {}): HsmCrypto {
  return createFromCustody(new KeyCustody(rpc, publicKeys));
}

/** The Crypto with the same keys, over another way to call the same sidecar. */
export function cryptoOver(crypto: HsmCrypto, rpc: Rpc): HsmCrypto {
  return createFromCustody(custodyOf(crypto).over(rpc));
}

function createFromCustody(custody: KeyCustody): HsmCrypto {
  const crypto: object = Object.create(CryptoInterface.prototype);
  parts.set(crypto, { custody, keyStorage: new KeyStorage(custody), subtle: createSubtleCrypto(custody) });
  return crypto as HsmCrypto;
}

/**
 * The border between native keys and keys of the sidecar that a Crypto uses.
 *
 * @throws TypeError for a Crypto that `createCrypto` did not make
 */
export function custodyOf(crypto: HsmCrypto): KeyCustody {
  return partsOf(crypto).custody;
}
