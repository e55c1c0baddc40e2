import type {
  EffectiveRotation,
  InventoryListParams,
  InventoryListResult,
  KeyRecord,
  KeyState,
  KeysListResult,
  KeyUsage,
  Labels,
  Quota,
  RotationSchedule,
} from '../generated/types.ts';
import { algorithmIdentifier } from '../webcrypto/algorithm-name.ts';
import { keyUsages } from '../webcrypto/arguments.ts';
import { normalizeAlgorithm } from '../webcrypto/normalization.ts';
import type { KeyGenerationParams } from '../webcrypto/subtle-crypto-types.ts';
import { KeyExports } from './key-export.ts';
import { createRecord, getRecord, listRecords, newRequestId, onceMore } from './key-records.ts';
import type { NamedKey } from './named-key.ts';

export interface KeyCreation {
  /** 1 to 128 characters of a-z, 0-9, dot, underscore, hyphen; segments separated by slashes. */
  readonly name: string;
  /** As for `subtle.generateKey`. */
  readonly algorithm: KeyGenerationParams;
  readonly usages: readonly KeyUsage[];
  /** Free labels that policies select by. */
  readonly labels?: Labels;
  /** What the key is for, up to 512 characters. */
  readonly description?: string;
  /** false: made ahead of time, to be activated later. */
  readonly active?: boolean;
  /** Milliseconds since 1970: deactivated from then on. */
  readonly expiresAt?: number;
  /** When the next version is made by itself. */
  readonly rotation?: RotationSchedule;
  /** Chosen by the caller who wants to repeat the request later, 8 to 64 characters of base64url. */
  readonly requestId?: string;
}

export interface KeyListOptions {
  /** Only names that begin so. */
  readonly prefix?: string;
  /** Only keys whose newest version is of this algorithm, for example `ML-DSA-65`. */
  readonly algorithm?: string;
  /** Only keys whose newest version is in this state. */
  readonly state?: KeyState;
  /** Only keys that have all of these labels. */
  readonly labels?: Labels;
  /** The greatest number of keys, 1 to 1000 for one page. */
  readonly limit?: number;
}

export interface KeyPageOptions extends KeyListOptions {
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/**
 * Named keys: they persist in the sidecar and never leave it. Every method throws FerroHsmError with the sidecar's
 * code, or TypeError for an argument of the wrong type.
 *
 * @example const { privateKey } = await hsm.keys.create({
 *   name: 'tokens/signing', algorithm: { name: 'ML-DSA-65' }, usages: ['sign', 'verify'],
 * });
 */
export class Keys extends KeyExports {
  /**
   * Creates a key.
   *
   * @throws FerroHsmError `already_exists`, `not_supported`, `syntax_invalid` when the usages do not fit
   * @example await hsm.keys.create({ name: 'backups', algorithm: 'MLKEM768-X25519', usages: ['decapsulateKey'] });
   */
  async create({ algorithm, usages, ...creation }: KeyCreation): Promise<NamedKey> {
    const normalized = normalizeAlgorithm('generateKey', algorithmIdentifier(algorithm, 'algorithm'));
    const key = { ...creation, algorithm: normalized, usages: keyUsages(usages, 'usages') };
    return this.open(await createRecord(this.rpc, key));
  }

  /**
   * Finds a key by its name or id.
   *
   * @throws FerroHsmError `not_found`, also for a key that the caller may not see
   * @example const { publicKey } = await hsm.keys.get('tokens/signing');
   */
  async get(nameOrId: string): Promise<NamedKey> {
    return this.open(await getRecord(this.rpc, nameOrId));
  }

  /**
   * What rotates a key: its own schedule and the policies whose labels it has; undefined when nothing does.
   *
   * @throws FerroHsmError `not_found`
   * @example const { schedule, dueAt } = (await hsm.keys.rotation('tokens/signing')) ?? {};
   */
  async rotation(nameOrId: string): Promise<EffectiveRotation | undefined> {
    return (await this.rpc.call('keys.get', { name: nameOrId })).rotation;
  }

  /**
   * The keys that the caller may see, in the order of their names; pages are fetched as they are needed.
   *
   * @example for await (const { name, id } of hsm.keys.list({ prefix: 'tokens/' })) console.log(name, id);
   */
  list(options: KeyListOptions = {}): AsyncGenerator<KeyRecord, void> {
    return listRecords(this.rpc, options);
  }

  /**
   * One page of `list`; `nextCursor` is absent on the last.
   *
   * @example const { records, nextCursor } = await hsm.keys.page({ prefix: 'tokens/', limit: 50 });
   */
  page(options: KeyPageOptions = {}): Promise<KeysListResult> {
    return this.rpc.call('keys.list', { ...options });
  }

  /**
   * One page of the keys that the caller may see, with strength, state and use of each version.
   *
   * @example const { entries, nextCursor } = await hsm.keys.inventory({ limit: 1000 });
   */
  inventory(options: InventoryListParams = {}): Promise<InventoryListResult> {
    return this.rpc.call('inventory.list', options);
  }

  /**
   * Renames a key; its id and versions stay.
   *
   * @throws FerroHsmError `not_found`, `already_exists`
   * @example await hsm.keys.rename('signing', 'tokens/signing');
   */
  async rename(nameOrId: string, newName: string, { requestId = newRequestId() } = {}): Promise<NamedKey> {
    return await this.change('keys.rename', nameOrId, { newName, requestId });
  }

  /**
   * Lets a principal or group use a key.
   *
   * @returns all who have a grant afterwards
   * @throws FerroHsmError `not_found` for a key or grantee that there is not
   * @example await hsm.keys.grant('tokens/signing', 'payments-team');
   */
  async grant(nameOrId: string, grantee: string, { requestId = newRequestId() } = {}): Promise<string[]> {
    return (await onceMore(() => this.rpc.call('keys.grant', { name: nameOrId, grantee, requestId }))).grantees;
  }

  /**
   * Takes a grant back.
   *
   * @returns all who have a grant afterwards
   * @throws FerroHsmError `not_found` for what was not granted
   * @example await hsm.keys.revokeGrant('tokens/signing', 'payments-team');
   */
  async revokeGrant(nameOrId: string, grantee: string, { requestId = newRequestId() } = {}): Promise<string[]> {
    return (await onceMore(() => this.rpc.call('keys.revokeGrant', { name: nameOrId, grantee, requestId }))).grantees;
  }

  /**
   * Sets the limits of use of a key, for all who use it; `{}` removes them. Needs the approval of other people.
   *
   * @throws FerroHsmError `not_found`
   * @example await hsm.keys.limit('tokens/signing', { perMinute: 600, onExceed: 'freeze' });
   */
  async limit(nameOrId: string, quota: Quota, { requestId = newRequestId() } = {}): Promise<Quota> {
    return (await onceMore(() => this.rpc.call('keys.limit', { name: nameOrId, quota, requestId }))).quota;
  }

  /**
   * Lets a key be used again that was frozen because it was used beyond its limits. Needs the approval of other people.
   *
   * @throws FerroHsmError `not_found`
   * @example await hsm.with({ wait: true }).keys.unfreeze('tokens/signing');
   */
  async unfreeze(nameOrId: string, { requestId = newRequestId() } = {}): Promise<void> {
    await onceMore(() => this.rpc.call('keys.unfreeze', { name: nameOrId, requestId }));
  }
}
