import type { KeyRecord, KeyVersion } from '../generated/types.ts';
import type { Secret } from '../secret.ts';
import { KeyCache } from './key-cache.ts';
import type { Keystore } from './keystore.ts';

/** Turns a record and its unsealed secret, or its public half, into what the holder computes with. */
export interface KeyOpener<K> {
  secret(record: KeyRecord, version: KeyVersion, format: string, secret: Secret): K;
  public(record: KeyRecord, version: KeyVersion): Promise<K>;
}

export interface KeyRingStatistics {
  readonly hits: number;
  readonly misses: number;
  readonly entries: number;
}

/** One spelling a key: another would stay in the cache when the key is forgotten. */
const handlePattern = /^(key_[A-Za-z0-9_-]{22})\/([1-9]\d{0,8})(\/public)?$/;

/**
 * The named keys in use, by handle `key_<id>/<version>` or `key_<id>/<version>/public`: opened on first use,
 * kept in a bounded cache, forgotten when the record changes.
 */
export class KeyRing<K> {
  readonly #keystore: Keystore;
  readonly #opener: KeyOpener<K>;
  readonly #cache: KeyCache<K>;
  #hits = 0;
  #misses = 0;
  /** Raised by whatever makes an opening that is under way out of date. */
  #changes = 0;

  constructor(keystore: Keystore, opener: KeyOpener<K>, capacity: number) {
    this.#keystore = keystore;
    this.#opener = opener;
    this.#cache = new KeyCache(capacity);
  }

  /** Uses of keys that were open and of those that were not, and how many are open. */
  get statistics(): KeyRingStatistics {
    return { hits: this.#hits, misses: this.#misses, entries: this.#cache.size };
  }

  async held(handle: string): Promise<K | undefined> {
    const cached = this.#cache.get(handle);
    if (cached !== undefined) {
      this.#hits += 1;
      return cached;
    }
    this.#misses += 1;
    return await this.#opened(handle);
  }

  async #opened(handle: string): Promise<K | undefined> {
    for (;;) {
      const cached = this.#cache.get(handle);
      if (cached !== undefined) return cached;
      const changes = this.#changes;
      const opened = await this.#open(handle);
      // A key that changed while it was opened is opened again: nobody would forget the outdated one.
      if (changes !== this.#changes) continue;
      if (opened !== undefined) this.#cache.set(handle, opened);
      return opened;
    }
  }

  /** To be called before a change of the key is acknowledged. */
  forget(record: KeyRecord): void {
    this.#changes++;
    for (const { version } of record.versions) {
      this.#cache.delete(`${record.id}/${version}`);
      this.#cache.delete(`${record.id}/${version}/public`);
    }
  }

  clear(): void {
    this.#changes++;
    this.#cache.clear();
  }

  async #open(handle: string): Promise<K | undefined> {
    const [, id = '', number, half] = handlePattern.exec(handle) ?? [];
    if (id === '') return undefined;
    const record = await this.#keystore.get(id);
    const version = record?.versions.find((candidate) => candidate.version === Number(number));
    if (record === undefined || version === undefined) return undefined;
    if (half !== undefined) return version.publicKey === undefined ? undefined : this.#opener.public(record, version);
    const material = await this.#keystore.unseal(id, version.version);
    using secret = material.secret;
    return this.#opener.secret(record, version, material.format, secret);
  }
}
