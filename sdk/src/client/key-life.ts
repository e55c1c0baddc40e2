import type {
  KeyRecord,
  KeysAssignParams,
  KeysRetainParams,
  KeysUpdateParams,
  MethodName,
  MethodTypes,
  VersionUsage,
} from '../generated/types.ts';
import { algorithmIdentifier } from '../webcrypto/algorithm-name.ts';
import { custodyOf, type HsmCrypto } from '../webcrypto/crypto.ts';
import type { KeyCustody } from '../webcrypto/key-custody.ts';
import { normalizeAlgorithm } from '../webcrypto/normalization.ts';
import type { KeyGenerationParams } from '../webcrypto/subtle-crypto-types.ts';
import { newRequestId, onceMore } from './key-records.ts';
import { NamedKey } from './named-key.ts';
import type { Rpc } from './rpc.ts';

/** Which part of a key is meant, and why. */
export interface KeyMoveOptions {
  /** One version; default: every version that can be moved so. */
  readonly version?: number;
  /** Kept with the key and in the log, up to 256 characters; nothing secret. */
  readonly reason?: string;
  readonly requestId?: string;
}

export interface KeyDestroyOptions extends KeyMoveOptions {
  /** For so long it can be taken back, in seconds; default seven days. */
  readonly windowSeconds?: number;
}

export interface KeyRotateOptions {
  /** Of the new version; default: that of the newest one. */
  readonly algorithm?: KeyGenerationParams;
  /** For so long versions in use stay active, in seconds; default as the key's schedule says, else one day. */
  readonly overlapSeconds?: number;
  readonly reason?: string;
  /** The newest version that you know of; a newer one, as a schedule may have made, is a refusal. */
  readonly afterVersion?: number;
  readonly requestId?: string;
}

/** Says how the version that a rollback makes takes over. */
export type KeyRollbackOptions = Omit<KeyRotateOptions, 'algorithm' | 'afterVersion'>;

/** Methods that answer with the changed record. */
type RecordMethod = {
  [M in MethodName]: MethodTypes[M] extends {
    params: { name: string; requestId: string };
    result: { record: KeyRecord };
  }
    ? M
    : never;
}[MethodName];

/**
 * The life of a named key, by the states of NIST SP 800-57: pre-activation, active, suspended, deactivated, compromised,
 * pending destruction, destroyed. Every method throws FerroHsmError `not_found`, or `key_state` for a move that the
 * present state does not allow.
 */
export class KeyLife {
  protected readonly rpc: Rpc;
  readonly #custody: KeyCustody;

  constructor(rpc: Rpc, crypto: HsmCrypto) {
    this.rpc = rpc;
    this.#custody = custodyOf(crypto);
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
   * Lets a key be used that was made with `active: false`.
   *
   * @example await hsm.keys.activate('tokens/next-year');
   */
  activate(nameOrId: string, options: KeyMoveOptions = {}): Promise<NamedKey> {
    return this.change('keys.activate', nameOrId, options);
  }

  /**
   * Stops a key for a while: it verifies and does nothing else.
   *
   * @example await hsm.keys.suspend('tokens/signing', { reason: 'laptop lost' });
   */
  suspend(nameOrId: string, options: KeyMoveOptions = {}): Promise<NamedKey> {
    return this.change('keys.suspend', nameOrId, options);
  }

  /** @example await hsm.keys.resume('tokens/signing'); */
  resume(nameOrId: string, options: KeyMoveOptions = {}): Promise<NamedKey> {
    return this.change('keys.resume', nameOrId, options);
  }

  /**
   * Ends the life of a key: it decrypts, unwraps, decapsulates and verifies what there is, and protects nothing new.
   *
   * @example await hsm.keys.deactivate('tokens/signing', { version: 1 });
   */
  deactivate(nameOrId: string, options: KeyMoveOptions = {}): Promise<NamedKey> {
    return this.change('keys.deactivate', nameOrId, options);
  }

  /**
   * Marks a key as compromised, for good: what it once protected is read only with approval, each time.
   *
   * @example await hsm.keys.compromise('tokens/signing', { reason: 'found in a core dump' });
   */
  compromise(nameOrId: string, options: KeyMoveOptions & { readonly reason: string }): Promise<NamedKey> {
    return this.change('keys.compromise', nameOrId, options);
  }

  /**
   * Schedules the destruction of a deactivated or compromised key; needs the approval of other people.
   *
   * @example await hsm.with({ wait: true }).keys.destroy('tokens/signing', { windowSeconds: 30 * 86_400 });
   */
  destroy(nameOrId: string, options: KeyDestroyOptions = {}): Promise<NamedKey> {
    return this.change('keys.destroy', nameOrId, options);
  }

  /**
   * Takes a scheduled destruction back; the key is in the state that it was in.
   *
   * @example await hsm.keys.cancelDestruction('tokens/signing');
   */
  cancelDestruction(nameOrId: string, options: KeyMoveOptions = {}): Promise<NamedKey> {
    return this.change('keys.cancelDestruction', nameOrId, options);
  }

  /**
   * Makes the next version of a key, which signs and encrypts from now on; it may be of another algorithm. CryptoKeys of
   * the version before go on working for the overlap, and verify and decrypt after it.
   *
   * @throws FerroHsmError `not_supported`, `syntax_invalid` when the key's usages do not fit the algorithm; `key_state` when
   * `afterVersion` is not the newest one
   * @example await hsm.keys.rotate('tokens/signing', { algorithm: 'MLDSA65-Ed25519-SHA512' });
   */
  async rotate(nameOrId: string, { algorithm, ...options }: KeyRotateOptions = {}): Promise<NamedKey> {
    if (algorithm === undefined) return await this.change('keys.rotate', nameOrId, options);
    const normalized = normalizeAlgorithm('generateKey', algorithmIdentifier(algorithm, 'algorithm'));
    return await this.change('keys.rotate', nameOrId, { ...options, algorithm: normalized });
  }

  /**
   * Makes the next version from the secret of an earlier one; needs the approval of other people.
   *
   * @example await hsm.with({ wait: true }).keys.rollback('tokens/signing', 2);
   */
  rollback(nameOrId: string, version: number, options: KeyRollbackOptions = {}): Promise<NamedKey> {
    return this.change('keys.rollback', nameOrId, { ...options, version });
  }

  /**
   * Changes what is said about a key: description, expiry, minimum versions, rotation schedule. What is not given stays.
   *
   * @example await hsm.keys.update('tokens/signing', { rotation: { everySeconds: 90 * 86_400 } });
   */
  update(nameOrId: string, change: KeyChange<KeysUpdateParams>): Promise<NamedKey> {
    return this.change('keys.update', nameOrId, change);
  }

  /**
   * Changes who may use a key and for what: owner, labels, usages. Needs the approval of other people.
   *
   * @example await hsm.with({ wait: true }).keys.assign('tokens/signing', { owner: 'payments' });
   */
  assign(nameOrId: string, change: KeyChange<KeysAssignParams>): Promise<NamedKey> {
    return this.change('keys.assign', nameOrId, change);
  }

  /**
   * Keeps a key longer than its classes say; what was promised can only be made longer.
   *
   * @example await hsm.keys.retain('tokens/signing', { keepSeconds: 10 * 365 * 86_400 });
   */
  retain(nameOrId: string, change: KeyChange<KeysRetainParams>): Promise<NamedKey> {
    return this.change('keys.retain', nameOrId, change);
  }

  /**
   * Puts a legal hold on a key: nothing of it is destroyed, also nothing that is scheduled already.
   *
   * @example await hsm.keys.hold('tokens/signing', 'case 12');
   */
  hold(nameOrId: string, reason: string, options: { readonly requestId?: string } = {}): Promise<NamedKey> {
    return this.change('keys.hold', nameOrId, { ...options, reason });
  }

  /**
   * Lifts the legal hold; needs the approval of other people.
   *
   * @example await hsm.with({ wait: true }).keys.liftHold('tokens/signing', { reason: 'case 12 is closed' });
   */
  liftHold(nameOrId: string, options: Omit<KeyMoveOptions, 'version'> = {}): Promise<NamedKey> {
    return this.change('keys.liftHold', nameOrId, options);
  }

  /**
   * The certificate of a destruction: the receipt of the log's record that says what was erased. It verifies offline, as
   * every receipt does.
   *
   * @throws FerroHsmError `key_state` while the version is not destroyed, or nothing shows it yet
   * @example await verifyReceipt(await hsm.keys.certificate('tokens/old'), { keys });
   */
  async certificate(nameOrId: string, { version }: { readonly version?: number } = {}): Promise<string> {
    const params = { name: nameOrId, ...(version !== undefined && { version }) };
    return (await this.rpc.call('keys.certificate', params)).certificate;
  }

  /**
   * How often each version was used, on how much data, and when last.
   *
   * @example for (const { version, uses } of await hsm.keys.usage('tokens/signing')) console.log(version, uses);
   */
  async usage(nameOrId: string): Promise<VersionUsage[]> {
    return (await this.rpc.call('keys.usage', { name: nameOrId })).versions;
  }

  /** A change that is asked for again when its answer is lost: the same request id does not act twice. */
  protected async change<M extends RecordMethod>(
    method: M,
    nameOrId: string,
    { requestId = newRequestId(), ...change }: KeyChange<MethodTypes[M]['params']>,
  ): Promise<NamedKey> {
    const params = { ...change, name: nameOrId, requestId } as unknown as MethodTypes[M]['params'];
    const { record } = (await onceMore(() => this.rpc.call(method, params))) as { record: KeyRecord };
    return this.open(record);
  }
}

/** Params of a change without its target; the request id is chosen where it is not given. */
export type KeyChange<Params> = Omit<Params, 'name' | 'requestId'> & { readonly requestId?: string };
