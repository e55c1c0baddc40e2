import type { Rpc } from '../client/rpc.ts';
import type { KeyUsage as HsmKeyUsage, Key, KeyHandle, PublicKey } from '../generated/types.ts';
import { isNativeKey, NativeCryptoKey } from '../local/native-crypto.ts';
import { fromWireAlgorithm } from './key-algorithm.ts';

/** What a key of the sidecar holds in private: never key material of a secret or private key. */
export interface RemoteKeySlots {
  readonly rpc: Rpc;
  readonly handle: KeyHandle;
  /** The connection that a session key lives on; undefined for a named key, which outlives connections. */
  readonly sessionNumber: number | undefined;
  readonly algorithmName: string;
  readonly hash: string | undefined;
  readonly usages: ReadonlySet<HsmKeyUsage>;
  readonly publicKey: PublicKey | undefined;
}

interface Visible {
  readonly type: KeyType;
  readonly extractable: boolean;
  readonly algorithm: KeyAlgorithm;
  readonly usages: KeyUsage[];
}

const constructionToken = Symbol('construct');

let slotsIn: (value: object) => RemoteKeySlots | undefined;

/**
 * A CryptoKey whose material stays in the sidecar. Its prototype inherits from the runtime's own, so `instanceof` and
 * Object.prototype.toString say CryptoKey, while the runtime's SubtleCrypto refuses it.
 */
class RemoteCryptoKey implements CryptoKey {
  readonly #slots: RemoteKeySlots;
  readonly #visible: Visible;

  static {
    slotsIn = (value) => (#slots in value ? value.#slots : undefined);
  }

  constructor(token: symbol, slots: RemoteKeySlots, visible: Visible) {
    if (token !== constructionToken) throw new TypeError('Illegal constructor');
    this.#slots = slots;
    this.#visible = visible;
  }

  get type(): KeyType {
    return this.#visible.type;
  }

  get extractable(): boolean {
    return this.#visible.extractable;
  }

  get algorithm(): KeyAlgorithm {
    return this.#visible.algorithm;
  }

  get usages(): KeyUsage[] {
    return this.#visible.usages;
  }
}

function inheritFromNative(): void {
  const { prototype } = RemoteCryptoKey;
  for (const name of ['type', 'extractable', 'algorithm', 'usages']) {
    Object.defineProperty(prototype, name, { enumerable: true });
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: 'CryptoKey', configurable: true });
  if (NativeCryptoKey === undefined) return;
  Object.setPrototypeOf(prototype, NativeCryptoKey.prototype);
  Object.defineProperty(prototype, 'constructor', { value: NativeCryptoKey, configurable: true, writable: true });
}

inheritFromNative();

/**
 * A key of the sidecar as a CryptoKey.
 *
 * @param sessionNumber the connection on which a session key was made
 */
export function createRemoteKey(rpc: Rpc, key: Key, sessionNumber: number | undefined): CryptoKey {
  const { handle, type, extractable, algorithm, usages, publicKey } = key;
  const { name: algorithmName, hash } = algorithm;
  const slots = { rpc, handle, sessionNumber, algorithmName, hash, usages: new Set(usages), publicKey };
  const visible = { type, extractable, algorithm: fromWireAlgorithm(algorithm), usages: [...usages] as KeyUsage[] };
  return new RemoteCryptoKey(constructionToken, Object.freeze(slots), visible);
}

/** The private slots of a key of the sidecar; undefined for anything else. */
export function remoteSlots(value: unknown): RemoteKeySlots | undefined {
  return typeof value === 'object' && value !== null ? slotsIn(value) : undefined;
}

/** A CryptoKey, of the sidecar or the runtime's own. */
export function cryptoKey(value: unknown, what: string): CryptoKey {
  if (remoteSlots(value) !== undefined || isNativeKey(value)) return value as CryptoKey;
  throw new TypeError(`${what} is not a CryptoKey`);
}
