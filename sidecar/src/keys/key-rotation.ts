import { isDeepStrictEqual } from 'node:util';
import type { CryptoProvider } from '../crypto/provider.ts';
import { SidecarError } from '../errors.ts';
import type { EffectiveRotation, KeyAlgorithm, KeyRecord } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { newestAlgorithm, overlapMsOf } from '../keystore/rotation.ts';
import type { RecordedChange } from '../log/recorded-change.ts';
import { KeyMaterial } from '../methods/key-material.ts';
import type { KeyChanged } from '../methods/keys.create.ts';
import { type KeyUsage, reaches } from './key-usage.ts';
import type { RotationPolicies } from './rotation-policies.ts';

export interface KeyRotationOptions {
  readonly keystore: Keystore;
  readonly crypto: CryptoProvider;
  readonly policies: Pick<RotationPolicies, 'of'>;
  readonly usage: Pick<KeyUsage, 'of'>;
  readonly recorded: RecordedChange;
  readonly changed: KeyChanged;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
}

/** The version that a schedule or a policy asks for, and why. */
interface AskedVersion {
  readonly version: number;
  readonly algorithm: KeyAlgorithm;
  readonly overlapMs: number;
  /** Undefined: by the key's own schedule. */
  readonly policy: string | undefined;
}

/** Something else is asked for by now, or nothing any more. */
class NotWanted extends SidecarError {
  constructor(keyName: string) {
    super('key_state', `${keyName} has changed while its next version was made`);
  }
}

/** Makes the next version of a key when its schedule or a policy asks for it, recorded as an operation of its own. */
export class KeyRotation {
  readonly #options: KeyRotationOptions;
  /** Ids of keys whose next version is in the making. */
  readonly #rotating = new Set<string>();

  constructor(options: KeyRotationOptions) {
    this.#options = options;
  }

  /** When the next version is asked for, in milliseconds since 1970; zero: by its use, now; infinite: never by itself. */
  dueMs(record: KeyRecord, effective: EffectiveRotation): number {
    if (record.versions.at(-1)?.state !== 'active') return Number.POSITIVE_INFINITY;
    return this.#isUsedUp(record, effective) ? 0 : (effective.dueAt ?? Number.POSITIVE_INFINITY);
  }

  /** Somebody may have rotated it in the meantime, or do so while its next version is in the making: nothing is done then. */
  async rotateIfDue(id: string): Promise<void> {
    if (this.#rotating.has(id)) return;
    this.#rotating.add(id);
    try {
      const record = await this.#options.keystore.get(id);
      if (record === undefined) return;
      const asked = this.#asked(record);
      if (asked !== undefined) await this.#rotate(record, asked);
    } catch (error) {
      if (!(error instanceof NotWanted)) throw error;
    } finally {
      this.#rotating.delete(id);
    }
  }

  #asked(record: KeyRecord): AskedVersion | undefined {
    const effective = this.#options.policies.of(record);
    if (effective === undefined || this.dueMs(record, effective) > this.#options.now()) return undefined;
    return {
      version: record.versions.length + 1,
      algorithm: newestAlgorithm(record),
      overlapMs: overlapMsOf(effective.schedule),
      policy: this.#policyBehind(record, effective),
    };
  }

  #isUsedUp(record: KeyRecord, { schedule }: EffectiveRotation): boolean {
    // Counts are read from the store.
    if (schedule.afterUses === undefined && schedule.afterBytes === undefined) return false;
    const used = this.#options.usage.of(record, record.versions.length);
    return used !== undefined && reaches(used, schedule);
  }

  async #rotate(record: KeyRecord, asked: AskedVersion): Promise<void> {
    const { keystore, crypto, recorded, changed } = this.#options;
    const { algorithm, overlapMs, policy } = asked;
    const details = { keyName: record.name, ...(policy !== undefined && { rotationPolicy: policy }) };
    await recorded('key.rotate', { resource: record.id, details }, async () => {
      using material = await KeyMaterial.generate(crypto, algorithm, record.usages);
      const reason = `scheduled rotation${policy === undefined ? '' : ` by policy ${policy}`}`;
      // Generation may take seconds, in which people rotate the key, to another algorithm too, or change a policy.
      const requireWanted = (before: KeyRecord) => {
        if (!isDeepStrictEqual(this.#asked(before), asked)) throw new NotWanted(record.name);
      };
      changed(await keystore.addVersion({ ...material, nameOrId: record.id, overlapMs, reason, requireWanted }));
    });
  }

  /** The policy whose limit was reached; undefined: the key's own schedule. */
  #policyBehind(record: KeyRecord, { schedule, policies, dueAt }: EffectiveRotation): string | undefined {
    if (dueAt !== undefined && dueAt <= this.#options.now()) return policies.everySeconds;
    const used = this.#options.usage.of(record, record.versions.length);
    const isByUses = (used?.uses ?? 0) >= (schedule.afterUses ?? Number.POSITIVE_INFINITY);
    return isByUses ? policies.afterUses : policies.afterBytes;
  }
}
