import type { KeyObject } from 'node:crypto';
import { type Algorithm, FerroHsmError, type Key } from '@ferrohsm/sdk';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { Connection, HeldKey, TokenObject } from '../objects/token-object.ts';
import type { Token } from '../token/token.ts';
import type { DerivedKey, UnwrappedKey } from './mechanism.ts';

/** A key that an operation was begun with. A secret or private one is used where it lives, in the sidecar. */
export class KeyUse {
  readonly object: TokenObject;
  readonly token: Token;

  constructor(object: TokenObject, token: Token) {
    this.object = object;
    this.token = token;
  }

  /** The connection that it is used on, and that session keys which come of it live in. */
  get sidecar(): Connection {
    return this.object.key?.holder ?? this.token.sidecar;
  }

  /** @throws CryptokiRefusal CKR_KEY_FUNCTION_NOT_PERMITTED for a public key */
  get held(): HeldKey {
    if (this.object.key !== undefined) return this.object.key;
    throw new CryptokiRefusal(CKR.KEY_FUNCTION_NOT_PERMITTED, 'a public key where a private or secret one is needed');
  }

  /** @throws CryptokiRefusal CKR_KEY_FUNCTION_NOT_PERMITTED for a private key */
  get publicKey(): KeyObject {
    if (this.object.publicKey !== undefined) return this.object.publicKey;
    throw new CryptokiRefusal(CKR.KEY_FUNCTION_NOT_PERMITTED, 'a private key where a public one is needed');
  }

  async sign(algorithm: Algorithm, data: Uint8Array): Promise<Uint8Array> {
    const { signature } = await this.#called(this.sidecar.call('subtle.sign', { algorithm, key: this.#handle, data }));
    return signature;
  }

  async signDigest(algorithm: Algorithm, digest: Uint8Array): Promise<Uint8Array> {
    const params = { algorithm, key: this.#handle, digest };
    const { signature } = await this.#called(this.sidecar.call('subtle.signDigest', params));
    return signature;
  }

  async verify(algorithm: Algorithm, data: Uint8Array, signature: Uint8Array): Promise<boolean> {
    const params = { algorithm, key: this.#handle, data, signature };
    const { valid } = await this.#called(this.sidecar.call('subtle.verify', params));
    return valid;
  }

  async encrypt(algorithm: Algorithm, data: Uint8Array): Promise<Uint8Array> {
    const { data: encrypted } = await this.#called(
      this.sidecar.call('subtle.encrypt', { algorithm, key: this.#handle, data }),
    );
    return encrypted;
  }

  /** @param refusal CKR_... of what does not decrypt */
  async decrypt(
    algorithm: Algorithm,
    data: Uint8Array,
    refusal: number = CKR.ENCRYPTED_DATA_INVALID,
  ): Promise<Uint8Array> {
    const call = this.sidecar.call('subtle.decrypt', { algorithm, key: this.#handle, data });
    const { data: decrypted } = await this.#called(call, refusal);
    return decrypted;
  }

  /**
   * A session key, whose bytes nobody gets.
   *
   * @throws CryptokiRefusal CKR_MECHANISM_PARAM_INVALID for what is no public key of the other party
   */
  async deriveKey(algorithm: Algorithm, wanted: DerivedKey): Promise<Key> {
    const { algorithm: derivedKeyAlgorithm, usages } = wanted;
    const params = { algorithm, key: this.#handle, derivedKeyAlgorithm, extractable: false, usages: [...usages] };
    const { key } = await this.#called(this.sidecar.call('subtle.deriveKey', params), CKR.MECHANISM_PARAM_INVALID);
    return key;
  }

  /**
   * Wraps another key of the sidecar. A public key is given to the sidecar first, since neither key comes here.
   *
   * @throws FerroHsmError `approval_required` for a named key
   * @throws CryptokiRefusal CKR_KEY_NOT_WRAPPABLE for session keys of which one is of the login and one is not
   */
  async wrap(wrapAlgorithm: Algorithm, wrapped: HeldKey): Promise<Uint8Array> {
    const connection = this.#connectionWith(wrapped);
    const { handle: key } = wrapped;
    if (this.object.key === undefined) return this.#wrapToPublicKey(connection, wrapAlgorithm, key);
    return this.#wrapWith(connection, { wrappingKey: this.#handle, wrapAlgorithm, key });
  }

  /** @returns a session key */
  async unwrap(unwrapAlgorithm: Algorithm, wrappedKey: Uint8Array, wanted: UnwrappedKey): Promise<Key> {
    const { algorithm: unwrappedKeyAlgorithm, usages, isExtractable: extractable } = wanted;
    const call = this.sidecar.call('subtle.unwrapKey', {
      format: 'raw-secret',
      wrappedKey,
      unwrappingKey: this.#handle,
      unwrapAlgorithm,
      unwrappedKeyAlgorithm,
      extractable,
      usages: [...usages],
    });
    const { key } = await this.#called(call, CKR.WRAPPED_KEY_INVALID);
    return key;
  }

  async #wrapToPublicKey(
    connection: Connection,
    { hash, ...wrapAlgorithm }: Algorithm,
    key: string,
  ): Promise<Uint8Array> {
    const { key: wrapping } = await connection.call('subtle.importKey', {
      format: 'spki',
      keyData: this.publicKey.export({ type: 'spki', format: 'der' }),
      algorithm: { name: wrapAlgorithm.name, ...(hash !== undefined && { hash }) },
      extractable: true,
      usages: ['wrapKey'],
    });
    try {
      return await this.#wrapWith(connection, { wrappingKey: wrapping.handle, wrapAlgorithm, key });
    } finally {
      await connection.call('session.release', { handles: [wrapping.handle] });
    }
  }

  async #wrapWith(
    connection: Connection,
    keys: { readonly wrappingKey: string; readonly wrapAlgorithm: Algorithm; readonly key: string },
  ): Promise<Uint8Array> {
    const { wrappedKey } = await this.#called(connection.call('subtle.wrapKey', { format: 'raw-secret', ...keys }));
    return wrappedKey;
  }

  /** One that knows both keys: named keys are known to each. */
  #connectionWith({ holder: other }: HeldKey): Connection {
    const own = this.object.key?.holder;
    if (own === undefined || other === undefined || own === other) return own ?? other ?? this.token.sidecar;
    throw new CryptokiRefusal(CKR.KEY_NOT_WRAPPABLE, 'one key is of the login, the other is not');
  }

  get #handle(): string {
    return this.held.handle;
  }

  #called<T>(call: Promise<T>, failed?: number): Promise<T> {
    return call.catch((error) => {
      throw refusalOfKeyUse(error, failed);
    });
  }
}

/**
 * What the use of a key is refused with, where the general table says something else.
 *
 * @param failed CKR_... for bytes that the operation does not take
 */
function refusalOfKeyUse(error: unknown, failed?: number): unknown {
  if (!(error instanceof FerroHsmError)) return error;
  const { code, message } = error;
  // A session key that went with a connection of the sidecar, a named key that was destroyed.
  if (code === 'not_found') return new CryptokiRefusal(CKR.KEY_HANDLE_INVALID, message);
  const isOfData = code === 'operation_failed' || code === 'data_invalid';
  if (isOfData && failed !== undefined) return new CryptokiRefusal(failed, message);
  return error;
}
