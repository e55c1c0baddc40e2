import type { KeyRecord, KeyVersion } from '../generated/types.ts';
import type { Secret } from '../secret.ts';
import { KeyCache } from './key-cache.ts';
import type { Keystore } from './keystore.ts';

/** Turns a record and its unsealed secret, or its public half, into what the holder computes with. */
export interface KeyOpener<K> {
  secret(record: KeyRecord, version: KeyVersion, format: string, secret: Secret): K;
  public(record: KeyRecord, version: KeyVersion): Promise<K>;
}

/**
 * The named keys in use, by handle `key_<id>/<version>` or `key_<id>/<version>/public`: opened on first use,
 * kept in a bounded cache, forgotten when the record changes.
 */
export class KeyRing<K> {
  readonly #keystore: Keystore;
  readonly #opener: KeyOpener<K>;
  readonly #cache: KeyCache<K>;

  constructor(keystore: Keystore, opener: KeyOpener<K>, capacity: number) {
    this.#keystore = keystore;
    this.#opener = opener;
    this.#cache = new KeyCache(capacity);
  }

  async held(handle: string): Promise<K | undefined> {
    const cached = this.#cache.get(handle);
    if (cached !== undefined) return cached;
    const opened = await this.#open(handle);
    if (opened !== undefined) this.#cache.set(handle, opened);
    return opened;
  }

  /** To be called before a change of the key is acknowledged. */
  forget(record: KeyRecord): void {
    for (const { version } of record.versions) {
      this.#cache.delete(`${record.id}/${version}`);
      this.#cache.delete(`${record.id}/${version}/public`);
    }
  }

  clear(): void {
    this.#cache.clear();
  }

  async #open(handle: string): Promise<K | undefined> {
    const [id = '', number, half] = handle.split('/');
    const record = await this.#keystore.get(id);
    const version = record?.versions.find((candidate) => candidate.version === Number(number));
    if (record === undefined || version === undefined) return undefined;
    if (half === 'public') return version.publicKey === undefined ? undefined : this.#opener.public(record, version);
    const material = await this.#keystore.unseal(id, version.version);
    using secret = material.secret;
    return this.#opener.secret(record, version, material.format, secret);
  }
}
