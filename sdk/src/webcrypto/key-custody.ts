import type { Rpc } from '../client/rpc.ts';
import { FerroHsmError } from '../errors.ts';
import type { Key, KeyFormat, KeyHandle, KeyUsage, PublicKeyArgument } from '../generated/types.ts';
import { callNative } from '../local/native-crypto.ts';
import { exportPublicKey, importPublicKey } from '../local/public-keys.ts';
import { findAlgorithm, type RegisteredAlgorithm } from './algorithm-registry.ts';
import { createRemoteKey, remoteSlots } from './crypto-key.ts';
import { domException } from './dom-error.ts';
import { importAlgorithm, toWireAlgorithm, webCryptoKey } from './key-algorithm.ts';
import { ReleaseQueue } from './release-queue.ts';

/** Where public keys live: in the runtime when it knows their algorithm, or always in the sidecar. */
export type PublicKeyPlace = 'local' | 'remote';

/** What belongs to a connection, however it is called. */
interface Belongings {
  /** Keys are of this connection. */
  readonly owner: Rpc;
  readonly releases: ReleaseQueue;
  /** Session keys in the sidecar that stand for native public keys. */
  readonly lentPublicKeys: WeakMap<CryptoKey, CryptoKey>;
  /** Handles of the named keys whose public halves became native. */
  readonly namedPublicKeys: WeakMap<CryptoKey, KeyHandle>;
  /** Keys that sign no digests, with the connection on which the sidecar said so. */
  readonly signingWhole: Map<KeyHandle, number>;
}

function belongingsOf(owner: Rpc): Belongings {
  const releases = new ReleaseQueue(owner);
  const [lentPublicKeys, namedPublicKeys] = [new WeakMap(), new WeakMap()];
  return { owner, releases, lentPublicKeys, namedPublicKeys, signingWhole: new Map() };
}

/** The border between keys of the sidecar and keys of the runtime, for one connection's Crypto. */
export class KeyCustody {
  readonly rpc: Rpc;
  readonly publicKeys: PublicKeyPlace;
  readonly #belongings: Belongings;

  constructor(rpc: Rpc, publicKeys: PublicKeyPlace, belongings: Belongings = belongingsOf(rpc)) {
    this.rpc = rpc;
    this.publicKeys = publicKeys;
    this.#belongings = belongings;
  }

  /** The same keys, and another way to call the same sidecar for them. */
  over(rpc: Rpc): KeyCustody {
    return new KeyCustody(rpc, this.publicKeys, this.#belongings);
  }

  /** A key of an answer as the caller gets it: a public key becomes native where it may and can. */
  async adopt(answered: Key): Promise<CryptoKey> {
    const { sessionNumber } = this.rpc;
    const key = webCryptoKey(answered);
    const native = await this.#nativePublicKey(key);
    if (native === undefined) return this.#hold(key, sessionNumber);
    if (isSessionHandle(key.handle)) this.#belongings.releases.add(key.handle, sessionNumber);
    else this.#belongings.namedPublicKeys.set(native, key.handle);
    return native;
  }

  /** The handle of a named key or its public half, also of one that became native; undefined for any other key. */
  namedHandle(key: CryptoKey): KeyHandle | undefined {
    const slots = remoteSlots(key);
    if (slots === undefined) return this.#belongings.namedPublicKeys.get(key);
    return slots.rpc === this.#belongings.owner && !isSessionHandle(slots.handle) ? slots.handle : undefined;
  }

  /**
   * The handle of a key of the sidecar.
   *
   * @throws FerroHsmError `access_invalid` for a key of another sidecar
   * @throws DOMException InvalidAccessError for a session key whose connection is gone
   */
  handle(key: CryptoKey): KeyHandle {
    const slots = remoteSlots(key);
    if (slots?.rpc !== this.#belongings.owner)
      throw new FerroHsmError('access_invalid', 'the key belongs to another connection');
    if (slots.sessionNumber !== undefined && slots.sessionNumber !== this.rpc.sessionNumber) {
      throw domException(
        'InvalidAccessError',
        new FerroHsmError('not_found', 'the session key ended with its connection'),
      );
    }
    return slots.handle;
  }

  /** Whether the sidecar has said on this connection that it signs only whole messages with the key. */
  signsWhole(handle: KeyHandle): boolean {
    return this.#belongings.signingWhole.get(handle) === this.rpc.sessionNumber;
  }

  /** Remembers that for the rest of the connection. */
  signWhole(handle: KeyHandle): void {
    this.#belongings.signingWhole.set(handle, this.rpc.sessionNumber);
  }

  /** Calls `use` with a handle of the key; a native key is lent to the sidecar, which needs it to be extractable. */
  async lend<T>(key: CryptoKey, use: (handle: KeyHandle) => Promise<T>): Promise<T> {
    if (remoteSlots(key) !== undefined) return use(this.handle(key));
    if (key.type === 'public') return use(this.handle(await this.#lentPublicKey(key)));
    const lent = await this.#upload(key, await exportSecret(key));
    try {
      return await use(lent.handle);
    } finally {
      this.#belongings.releases.add(lent.handle, this.rpc.sessionNumber);
    }
  }

  /** A public key as the argument of a key agreement: by handle, or inline. */
  async publicArgument(key: CryptoKey): Promise<PublicKeyArgument> {
    if (remoteSlots(key) !== undefined) return { handle: this.handle(key) };
    return { algorithm: toWireAlgorithm(key.algorithm), ...(await exportPublic(key)) };
  }

  /** The native twin of a public key of the sidecar. */
  async nativeTwin(key: CryptoKey): Promise<CryptoKey> {
    const slots = remoteSlots(key);
    const publicKey = slots?.publicKey;
    const algorithm = importAlgorithm(toWireAlgorithm(key.algorithm));
    const native = publicKey && (await importPublicKey({ ...publicKey, algorithm, extractable: true, usages: [] }));
    if (native === undefined) {
      throw new FerroHsmError('access_invalid', 'a key of this runtime and one of the sidecar cannot be used together');
    }
    return native;
  }

  async #nativePublicKey({ type, publicKey, algorithm, extractable, usages }: Key): Promise<CryptoKey | undefined> {
    if (type !== 'public' || publicKey === undefined || this.publicKeys === 'remote') return undefined;
    const source = { ...publicKey, algorithm: importAlgorithm(algorithm), extractable, usages };
    // What this runtime refuses, the sidecar still can use.
    return importPublicKey(source).catch(() => undefined);
  }

  #hold(key: Key, sessionNumber: number): CryptoKey {
    if (!isSessionHandle(key.handle)) return createRemoteKey(this.#belongings.owner, key, undefined);
    const held = createRemoteKey(this.#belongings.owner, key, sessionNumber);
    this.#belongings.releases.watch(held, key.handle, sessionNumber);
    return held;
  }

  async #lentPublicKey(key: CryptoKey): Promise<CryptoKey> {
    const known = this.#belongings.lentPublicKeys.get(key);
    if (known !== undefined && remoteSlots(known)?.sessionNumber === this.rpc.sessionNumber) return known;
    const lent = this.#hold(await this.#upload(key, await exportPublic(key)), this.rpc.sessionNumber);
    this.#belongings.lentPublicKeys.set(key, lent);
    return lent;
  }

  async #upload(key: CryptoKey, { format, data }: { format: KeyFormat; data: Uint8Array }): Promise<Key> {
    const algorithm = importAlgorithm(toWireAlgorithm(key.algorithm));
    const usages = [...key.usages] as KeyUsage[];
    try {
      const params = { format, keyData: data, algorithm, extractable: key.extractable, usages };
      return (await this.rpc.call('subtle.importKey', params)).key;
    } finally {
      data.fill(0);
    }
  }
}

function isSessionHandle(handle: KeyHandle): boolean {
  return handle.startsWith('ses_');
}

function registeredAlgorithm(key: CryptoKey): RegisteredAlgorithm {
  const registered = findAlgorithm(key.algorithm.name);
  if (registered !== undefined) return registered;
  throw new FerroHsmError('not_supported', `algorithm ${JSON.stringify(key.algorithm.name)} in the sidecar`);
}

async function exportPublic(key: CryptoKey) {
  const exported = await exportPublicKey(key, registeredAlgorithm(key).publicFormat);
  if (exported === undefined) {
    throw new FerroHsmError('access_invalid', 'the public key is not extractable, so the sidecar cannot see it');
  }
  return exported;
}

async function exportSecret(key: CryptoKey): Promise<{ format: KeyFormat; data: Uint8Array }> {
  if (!key.extractable) {
    throw new FerroHsmError('access_invalid', 'a key of this runtime that is not extractable cannot go to the sidecar');
  }
  const { publicFormat, secretFormat } = registeredAlgorithm(key);
  const privateFormat = publicFormat === 'spki' ? 'pkcs8' : 'raw-seed';
  const format = key.type === 'secret' ? secretFormat : privateFormat;
  return { format, data: new Uint8Array((await callNative('exportKey', [format, key])) as ArrayBuffer) };
}
