import { randomBytes } from 'node:crypto';
import type { ImportKey } from '../crypto/wrapping/import-key.ts';
import { SidecarError } from '../errors.ts';
import type { ImportWrappingName } from '../generated/types.ts';

export interface ImportKeysOptions {
  readonly generate: (wrapping: ImportWrappingName) => Promise<ImportKey>;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
}

/** An import key as the one who asked for it gets it. */
export interface PreparedImport {
  readonly importId: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly wrapping: ImportWrappingName;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

interface Entry {
  readonly principal: string;
  /** Absent while it is being made. */
  key?: ImportKey;
  expiresAt: number;
  isClaimed: boolean;
}

/** For so long a key can be wrapped to it, unless people are asked to approve the import. */
const lifetimeMs = 10 * 60 * 1000;
/** As many as requests of one person may wait for approval. */
const perPrincipal = 100;
/** HPKE senders have to know for which import a message is meant. */
const infoPrefix = 'ferrohsm/import/v1\0';

/**
 * Import keys: in this process's memory only, each for one principal, one import and a short time.
 *
 * @example const { importId, publicKey } = await importKeys.prepare('alice', 'HPKE-X25519');
 */
export class ImportKeys {
  readonly #options: ImportKeysOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: ImportKeysOptions) {
    this.#options = options;
  }

  /** @throws SidecarError `rate_limited` for a principal that has too many already */
  async prepare(principal: string, wrapping: ImportWrappingName): Promise<PreparedImport> {
    this.expire();
    this.#requireRoom(principal);
    const importId = `imp_${randomBytes(16).toString('base64url')}`;
    const entry: Entry = { principal, expiresAt: Number.POSITIVE_INFINITY, isClaimed: true };
    this.#entries.set(importId, entry);
    try {
      entry.key = await this.#options.generate(wrapping);
    } catch (error) {
      this.#entries.delete(importId);
      throw error;
    }
    entry.expiresAt = this.#options.now() + lifetimeMs;
    entry.isClaimed = false;
    return { importId, publicKey: entry.key.publicKey, wrapping, expiresAt: entry.expiresAt };
  }

  /**
   * Takes the key for one attempt; nobody else has it meanwhile.
   *
   * @throws SidecarError `import_key_unknown`, the same for a key that is not there, another's, or under way
   */
  claim(importId: string, principal: string): ImportClaim {
    this.expire();
    const entry = this.#entries.get(importId);
    if (entry?.key === undefined || entry.principal !== principal || entry.isClaimed) {
      throw new SidecarError('import_key_unknown', importId);
    }
    entry.isClaimed = true;
    return new ImportClaim(entry.key, Buffer.from(infoPrefix + importId), {
      spend: () => this.#entries.delete(importId),
      keep: (timeMs) => {
        entry.expiresAt = Math.max(entry.expiresAt, timeMs);
      },
      release: () => {
        entry.isClaimed = false;
      },
    });
  }

  /** Forgets what ran out. */
  expire(): void {
    const now = this.#options.now();
    for (const [importId, { expiresAt, isClaimed }] of this.#entries) {
      if (expiresAt <= now && !isClaimed) this.#entries.delete(importId);
    }
  }

  /** Forgets all. */
  clear(): void {
    this.#entries.clear();
  }

  #requireRoom(principal: string): void {
    const own = [...this.#entries.values()].filter((entry) => entry.principal === principal);
    if (own.length < perPrincipal) return;
    const first = Math.min(...own.map(({ expiresAt }) => expiresAt));
    const retryAfterMs = Math.min(first - this.#options.now(), lifetimeMs);
    throw new SidecarError('rate_limited', `${perPrincipal} import keys wait already`, { facts: { retryAfterMs } });
  }
}

interface ClaimedEntry {
  spend(): void;
  keep(timeMs: number): void;
  release(): void;
}

/** An import key in the hands of one attempt, whose scope's end gives it back unless it was spent. */
export class ImportClaim implements Disposable {
  readonly #key: ImportKey;
  readonly #info: Uint8Array;
  readonly #entry: ClaimedEntry;

  constructor(key: ImportKey, info: Uint8Array, entry: ClaimedEntry) {
    this.#key = key;
    this.#info = info;
    this.#entry = entry;
  }

  /**
   * What was wrapped to the key, in unpooled bytes that the caller owns and wipes. A key to which something else was
   * wrapped is spent: nobody tries twice.
   *
   * @throws SidecarError `operation_failed`, `data_invalid` for more bytes than a key has
   */
  async open(wrapped: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.#key.open(wrapped, this.#info);
    } catch (error) {
      if (error instanceof SidecarError && error.code === 'operation_failed') this.spend();
      throw error;
    }
  }

  /** The key is used up. */
  spend(): void {
    this.#entry.spend();
  }

  /** It lives at least until then, in milliseconds since 1970: people are asked about what was wrapped to it. */
  keepUntil(timeMs: number): void {
    this.#entry.keep(timeMs);
  }

  [Symbol.dispose](): void {
    this.#entry.release();
  }
}
