import type { CryptoProvider } from '../crypto/provider.ts';
import type { EffectiveRotation, KeyRecord } from '../generated/types.ts';
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

  /** Somebody may have rotated it in the meantime, or do so now. */
  async rotateIfDue(id: string): Promise<void> {
    if (this.#rotating.has(id)) return;
    this.#rotating.add(id);
    try {
      const record = await this.#options.keystore.get(id);
      if (record === undefined) return;
      const effective = this.#options.policies.of(record);
      if (effective === undefined || this.dueMs(record, effective) > this.#options.now()) return;
      await this.#rotate(record, effective);
    } finally {
      this.#rotating.delete(id);
    }
  }

  #isUsedUp(record: KeyRecord, { schedule }: EffectiveRotation): boolean {
    // Counts are read from the store.
    if (schedule.afterUses === undefined && schedule.afterBytes === undefined) return false;
    const used = this.#options.usage.of(record, record.versions.length);
    return used !== undefined && reaches(used, schedule);
  }

  async #rotate(record: KeyRecord, effective: EffectiveRotation): Promise<void> {
    const { keystore, crypto, recorded, changed } = this.#options;
    const policy = this.#policyBehind(record, effective);
    const details = { keyName: record.name, ...(policy !== undefined && { rotationPolicy: policy }) };
    await recorded('key.rotate', { resource: record.id, details }, async () => {
      using material = await KeyMaterial.generate(crypto, newestAlgorithm(record), record.usages);
      const reason = `scheduled rotation${policy === undefined ? '' : ` by policy ${policy}`}`;
      const overlapMs = overlapMsOf(effective.schedule);
      changed(await keystore.addVersion({ ...material, nameOrId: record.id, overlapMs, reason }));
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
