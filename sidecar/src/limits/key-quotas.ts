import { allDocuments, type ChangeRequest, type Documents } from '../documents.ts';
import type { Quota } from '../generated/types.ts';

/** What is stored of a key's limits. */
interface StoredKeyQuota {
  readonly quota: Quota;
  /** Milliseconds since 1970. */
  readonly frozenAt?: number;
  /** Principal whose operation exceeded the quota. */
  readonly frozenBy?: string;
}

/** The limits of one key as every use of it sees them. */
export interface KeyQuota {
  readonly quota: Quota;
  readonly isFrozen: boolean;
}

/** A key that was used beyond a quota that freezes. */
export interface Freeze {
  readonly keyId: string;
  /** Principal whose operation exceeded the quota. */
  readonly by: string;
  /** In words: `10 operations a minute`. */
  readonly limit: string;
}

/** Makes a change of the store that is no method's own, with an intent and a result in the log. */
export type Recorded = <T>(
  operation: string,
  facts: {
    readonly principal: string;
    readonly resource: string;
    readonly details: Readonly<Record<string, string>>;
  },
  work: () => Promise<T>,
) => Promise<T>;

const kind = 'key-quota';

/** The quotas of all keys that have one, kept in memory because every use of a key asks for them. */
export class KeyQuotas {
  readonly #documents: Documents;
  readonly #recorded: Recorded;
  readonly #now: () => number;
  readonly #byKey: Map<string, KeyQuota>;
  /** Freezes on their way to the store. */
  readonly #freezing = new Map<string, Promise<void>>();

  static async load(documents: Documents, recorded: Recorded, now: () => number): Promise<KeyQuotas> {
    const stored = await allDocuments<StoredKeyQuota>(documents, kind);
    return new KeyQuotas(documents, recorded, now, new Map(stored.map(({ id, value }) => [id, inMemory(value)])));
  }

  private constructor(documents: Documents, recorded: Recorded, now: () => number, byKey: Map<string, KeyQuota>) {
    this.#documents = documents;
    this.#recorded = recorded;
    this.#now = now;
    this.#byKey = byKey;
  }

  /** Undefined for a key without limits. */
  of(keyId: string): KeyQuota | undefined {
    return this.#byKey.get(keyId);
  }

  /** Sets the quota, which an empty one removes; a frozen key stays frozen. */
  async limit(keyId: string, quota: Quota, request: ChangeRequest): Promise<Quota> {
    await this.#freezing.get(keyId);
    const result = await this.#change(keyId, (before) => ({ ...before, quota }), request);
    await this.#reload(keyId);
    return result.quota;
  }

  async unfreeze(keyId: string, request: ChangeRequest): Promise<void> {
    // One that is written later would bring the freeze back.
    await this.#freezing.get(keyId);
    await this.#change(keyId, ({ quota }) => ({ quota }), request);
    await this.#reload(keyId);
  }

  /** The key is frozen when this returns; the promise is of the store. */
  freeze({ keyId, by, limit }: Freeze): Promise<void> {
    const quota = this.#byKey.get(keyId)?.quota ?? {};
    this.#byKey.set(keyId, { quota, isFrozen: true });
    const frozen = { frozenAt: this.#now(), frozenBy: by };
    const stored = this.#recorded('key.freeze', { principal: by, resource: keyId, details: { limit } }, async () => {
      await this.#change(keyId, (before) => ({ ...before, ...frozen }));
    });
    const settled = stored.catch(() => undefined).finally(() => this.#freezing.delete(keyId));
    this.#freezing.set(keyId, settled);
    return stored;
  }

  #change(keyId: string, edit: (before: StoredKeyQuota) => StoredKeyQuota, request?: ChangeRequest) {
    return this.#documents.change((changes) => {
      const before = changes.get<StoredKeyQuota>(kind, keyId);
      const after = edit(before ?? { quota: {} });
      if (!isEmpty(after)) changes.put(kind, keyId, after);
      else if (before !== undefined) changes.delete(kind, keyId);
      return after;
    }, request);
  }

  /** A repeated request answers its first result, which may be no longer so: the store is asked. */
  async #reload(keyId: string): Promise<void> {
    const stored = await this.#documents.get<StoredKeyQuota>(kind, keyId);
    if (stored === undefined) this.#byKey.delete(keyId);
    else this.#byKey.set(keyId, inMemory(stored));
    // Frozen anew meanwhile: the store hears of it next.
    if (this.#freezing.has(keyId)) this.#byKey.set(keyId, { quota: stored?.quota ?? {}, isFrozen: true });
  }
}

function inMemory({ quota, frozenAt }: StoredKeyQuota): KeyQuota {
  return { quota, isFrozen: frozenAt !== undefined };
}

function isEmpty({ quota, frozenAt }: StoredKeyQuota): boolean {
  return frozenAt === undefined && Object.keys(quota).length === 0;
}
