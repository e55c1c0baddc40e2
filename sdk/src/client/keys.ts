import { FerroHsmError } from '../errors.ts';
import type { Algorithm, KeyRecord, KeysListResult, KeyUsage, Labels } from '../generated/types.ts';
import { nativeCrypto } from '../local/native-crypto.ts';
import { algorithmIdentifier } from '../webcrypto/algorithm-name.ts';
import { keyUsages } from '../webcrypto/arguments.ts';
import { custodyOf, type HsmCrypto } from '../webcrypto/crypto.ts';
import type { KeyCustody } from '../webcrypto/key-custody.ts';
import { normalizeAlgorithm } from '../webcrypto/normalization.ts';
import type { KeyGenerationParams } from '../webcrypto/subtle-crypto-types.ts';
import { encodeBase64url } from './base64url.ts';
import { NamedKey } from './named-key.ts';
import type { Rpc } from './rpc.ts';

export interface KeyCreation {
  /** 1 to 128 characters of a-z, 0-9, dot, underscore, hyphen; segments separated by slashes. */
  readonly name: string;
  /** As for `subtle.generateKey`. */
  readonly algorithm: KeyGenerationParams;
  readonly usages: readonly KeyUsage[];
  /** Free labels that policies select by. */
  readonly labels?: Labels;
  /** Chosen by the caller who wants to repeat the request later, 8 to 64 characters of base64url. */
  readonly requestId?: string;
}

export interface KeyListOptions {
  /** Only names that begin so. */
  readonly prefix?: string;
  /** The greatest number of keys, 1 to 1000 for one page. */
  readonly limit?: number;
}

export interface KeyPageOptions extends KeyListOptions {
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

const maxPageSize = 1000;

/**
 * Named keys: they persist in the sidecar and never leave it. Every method throws FerroHsmError with the sidecar's
 * code, or TypeError for an argument of the wrong type.
 *
 * @example const { privateKey } = await hsm.keys.create({
 *   name: 'tokens/signing', algorithm: { name: 'ML-DSA-65' }, usages: ['sign', 'verify'],
 * });
 */
export class Keys {
  readonly #rpc: Rpc;
  readonly #custody: KeyCustody;

  constructor(rpc: Rpc, crypto: HsmCrypto) {
    this.#rpc = rpc;
    this.#custody = custodyOf(crypto);
  }

  /**
   * Creates a key.
   *
   * @throws FerroHsmError `already_exists`, `not_supported`, `syntax_invalid` when the usages do not fit
   * @example await hsm.keys.create({ name: 'backups', algorithm: 'MLKEM768-X25519', usages: ['decapsulateKey'] });
   */
  async create({ name, algorithm, usages, labels, requestId = newRequestId() }: KeyCreation): Promise<NamedKey> {
    const params = {
      name,
      algorithm: normalizeAlgorithm('generateKey', algorithmIdentifier(algorithm, 'algorithm')) as Algorithm,
      usages: keyUsages(usages, 'usages'),
      ...(labels !== undefined && { labels }),
      requestId,
    };
    const { record } = await onceMore(() => this.#rpc.call('keys.create', params));
    return this.open(record);
  }

  /**
   * Finds a key by its name or id.
   *
   * @throws FerroHsmError `not_found`, also for a key that the caller may not see
   * @example const { publicKey } = await hsm.keys.get('tokens/signing');
   */
  async get(nameOrId: string): Promise<NamedKey> {
    return this.open((await this.#rpc.call('keys.get', { name: nameOrId })).record);
  }

  /**
   * The key of a record that `list` or `page` gave.
   *
   * @example for await (const record of hsm.keys.list()) keys.push(await hsm.keys.open(record));
   */
  async open(record: KeyRecord): Promise<NamedKey> {
    return NamedKey.open(this.#custody, record);
  }

  /**
   * The keys that the caller may see, in the order of their names; pages are fetched as they are needed.
   *
   * @example for await (const { name, id } of hsm.keys.list({ prefix: 'tokens/' })) console.log(name, id);
   */
  async *list({ prefix, limit = Number.POSITIVE_INFINITY }: KeyListOptions = {}): AsyncGenerator<KeyRecord, void> {
    let remaining = limit;
    let cursor: string | undefined;
    do {
      const options = { ...(prefix !== undefined && { prefix }), ...(cursor !== undefined && { cursor }) };
      const { records, nextCursor } = await this.page({ ...options, limit: Math.min(remaining, maxPageSize) });
      yield* records;
      remaining -= records.length;
      cursor = nextCursor;
    } while (cursor !== undefined && remaining > 0);
  }

  /**
   * One page of `list`; `nextCursor` is absent on the last.
   *
   * @example const { records, nextCursor } = await hsm.keys.page({ prefix: 'tokens/', limit: 50 });
   */
  page(options: KeyPageOptions = {}): Promise<KeysListResult> {
    return this.#rpc.call('keys.list', { ...options });
  }

  /**
   * Renames a key; its id and versions stay.
   *
   * @throws FerroHsmError `not_found`, `already_exists`
   * @example await hsm.keys.rename('signing', 'tokens/signing');
   */
  async rename(nameOrId: string, newName: string, { requestId = newRequestId() } = {}): Promise<NamedKey> {
    const params = { name: nameOrId, newName, requestId };
    return this.open((await onceMore(() => this.#rpc.call('keys.rename', params))).record);
  }
}

function newRequestId(): string {
  return encodeBase64url(nativeCrypto.getRandomValues(new Uint8Array(16)));
}

/** A lost answer is asked for again: the same request id returns the first outcome. */
async function onceMore<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof FerroHsmError && error.code === 'outcome_unknown') return request();
    throw error;
  }
}
