import type { ChangeRequest, Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { Quota } from '../generated/types.ts';
import { type Freeze, type KeyQuota, KeyQuotas, type Recorded } from './key-quotas.ts';
import { type Exceeded, Meter } from './meter.ts';
import { RecentMap } from './recent-map.ts';

export interface QuotasParts {
  readonly documents: Documents;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What the record of a principal says. */
  readonly principalQuota: (principal: string) => Quota | undefined;
  readonly recorded: Recorded;
  /** A key was frozen: it is so already, and on its way to the store. */
  readonly onFreeze: (freeze: Freeze) => void;
  /** A freeze could not be stored: it holds until the process ends. */
  readonly onError: (error: unknown) => void;
  /** Principals, and keys, whose use is remembered; default 16384 each. */
  readonly meters?: number;
}

/** An operation that is about to be done. */
export interface Use {
  /** Id of the principal. */
  readonly principal: string;
  /** Id of the named key that it uses. */
  readonly keyId?: string;
  /** Id of a further named key that it uses. */
  readonly otherKeyId?: string;
  /** Of the data that it works on. */
  readonly bytes: number;
  /** Policy action. */
  readonly action: string;
}

/** Limits of use, of each principal and of each key. Counts are of this process and start anew with it. */
export interface Quotas {
  /**
   * Counts an operation, or refuses and counts nothing.
   *
   * @returns what ends it
   * @throws SidecarError `rate_limited` with `retryAfterMs`, `key_frozen`
   * @example const leave = quotas.admit({ principal: 'payments', keyId, bytes: data.length, action: 'subtle.sign' });
   */
  admit(use: Use): () => void;
  /**
   * Sets the quota of a key; an empty one removes it.
   *
   * @throws SidecarError `request_conflict`
   */
  limit(keyId: string, quota: Quota, request: ChangeRequest): Promise<Quota>;
  /**
   * Lets a frozen key be used again; what was used before counts no more.
   *
   * @throws SidecarError `request_conflict`
   */
  unfreeze(keyId: string, request: ChangeRequest): Promise<void>;
}

/** A quota and what was used of it. */
interface Metered {
  readonly quota: Quota;
  readonly meter: Meter;
}

interface LimitedKey extends Metered, KeyQuota {
  readonly keyId: string;
}

const rememberedMeters = 16_384;

const nothingToLeave = (): void => undefined;

/** Reads the quotas of all keys. */
export async function createQuotas(parts: QuotasParts): Promise<Quotas> {
  const { documents, now, principalQuota, recorded, onFreeze, onError, meters = rememberedMeters } = parts;
  const keyQuotas = await KeyQuotas.load(documents, recorded, now);
  const principalMeters = new RecentMap<Meter>(meters);
  const keyMeters = new RecentMap<Meter>(meters);

  function freeze(freeze: Freeze): void {
    keyQuotas.freeze(freeze).catch(onError);
    onFreeze(freeze);
  }

  /** Looks at every limit before it counts for any. */
  function admitLimited(use: Use, ofPrincipal: Quota | undefined): () => void {
    const { principal, bytes } = use;
    const nowMs = now();
    const keys = limitedKeys(use);
    const frozen = keys.find(({ isFrozen }) => isFrozen);
    if (frozen !== undefined) throw new SidecarError('key_frozen', frozen.keyId);
    const own = ofPrincipal && { quota: ofPrincipal, meter: meterOf(principalMeters, principal) };
    const beyondOwn = own?.meter.exceeded(own.quota, bytes, nowMs);
    // A principal beyond its own limits must not be able to freeze a key.
    if (beyondOwn !== undefined) throw rateLimited(principal, beyondOwn);
    for (const { keyId, quota, meter } of keys) {
      const beyondKey = meter.exceeded(quota, bytes, nowMs);
      if (beyondKey === undefined) continue;
      if (quota.onExceed !== 'freeze') throw rateLimited(keyId, beyondKey);
      freeze({ keyId, by: principal, limit: beyondKey.limit });
      throw new SidecarError('key_frozen', keyId);
    }
    const taken: readonly Metered[] = own === undefined ? keys : [own, ...keys];
    for (const { quota, meter } of taken) meter.take(quota, bytes, nowMs);
    return leaving(taken.filter(({ quota }) => quota.concurrent !== undefined));
  }

  function limitedKeys({ keyId, otherKeyId }: Use): LimitedKey[] {
    const keys: LimitedKey[] = [];
    addLimited(keys, keyId);
    if (otherKeyId !== keyId) addLimited(keys, otherKeyId);
    return keys;
  }

  function addLimited(keys: LimitedKey[], keyId: string | undefined): void {
    const limits = keyId === undefined ? undefined : keyQuotas.of(keyId);
    if (keyId === undefined || limits === undefined) return;
    const { quota, isFrozen } = limits;
    keys.push({ keyId, quota, isFrozen, meter: meterOf(keyMeters, keyId) });
  }

  function isLimited(keyId: string | undefined): boolean {
    return keyId !== undefined && keyQuotas.of(keyId) !== undefined;
  }

  return {
    admit(use) {
      const ofPrincipal = principalQuota(use.principal);
      if (ofPrincipal === undefined && !isLimited(use.keyId) && !isLimited(use.otherKeyId)) return nothingToLeave;
      return admitLimited(use, ofPrincipal);
    },
    limit: (keyId, quota, request) => keyQuotas.limit(keyId, quota, request),
    async unfreeze(keyId, request) {
      const wasFrozen = keyQuotas.of(keyId)?.isFrozen;
      await keyQuotas.unfreeze(keyId, request);
      // Only then: a request that is repeated must not give its use back again and again.
      if (wasFrozen && !keyQuotas.of(keyId)?.isFrozen) keyMeters.get(keyId)?.forget();
    },
  };
}

function meterOf(meters: RecentMap<Meter>, id: string): Meter {
  return meters.get(id) ?? meters.add(id, new Meter());
}

function rateLimited(id: string, { limit, retryAfterMs }: Exceeded): SidecarError {
  return new SidecarError('rate_limited', `${limit} for ${id}`, { facts: { retryAfterMs } });
}

/** What gives back the places that an operation takes among those under way; nothing when called again. */
function leaving(taken: readonly Metered[]): () => void {
  if (taken.length === 0) return nothingToLeave;
  let isUnderWay = true;
  return () => {
    if (!isUnderWay) return;
    isUnderWay = false;
    for (const { meter } of taken) meter.leave();
  };
}
