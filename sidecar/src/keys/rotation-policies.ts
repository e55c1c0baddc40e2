import type { Documents } from '../documents.ts';
import type { EffectiveRotation, KeyRecord, RotationPolicy } from '../generated/types.ts';
import { rotationDue } from '../keystore/key-due.ts';
import { effectiveRotation } from '../lifecycle/rotation-policy.ts';
import { type NamedDocuments, openNamedDocuments } from './named-documents.ts';

/** What rotates keys beside their own schedules: policies for all keys that have certain labels. */
export interface RotationPolicies extends Omit<NamedDocuments<RotationPolicy>, 'byName'> {
  /** Raised by each change of a policy. */
  readonly changes: number;
  /** What rotates a key; undefined: nothing does. */
  of(record: KeyRecord): EffectiveRotation | undefined;
}

/** @param changed told of each change before it is acknowledged */
export async function openRotationPolicies(
  documents: Documents,
  changed: () => void = () => undefined,
): Promise<RotationPolicies> {
  let changes = 0;
  const { byName, ...policies } = await openNamedDocuments<RotationPolicy>(documents, 'rotation-policy', () => {
    changes += 1;
    changed();
  });
  return {
    ...policies,
    get changes() {
      return changes;
    },
    of(record) {
      const effective = effectiveRotation(record, byName.values());
      const dueAt = effective && rotationDue(record, effective.schedule);
      return effective && { ...effective, ...(dueAt !== undefined && { dueAt }) };
    },
  };
}
