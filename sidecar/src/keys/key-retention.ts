import type { Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { KeyRecord, KeyVersion, RetentionClass } from '../generated/types.ts';
import { type Keeping, keepingOf, selfDestruction } from '../lifecycle/retention.ts';
import { type NamedDocuments, openNamedDocuments } from './named-documents.ts';

/** How long keys are kept after their use: the retention classes, and what they say of a key. */
export interface KeyRetention extends Omit<NamedDocuments<RetentionClass>, 'byName'> {
  /** What keeps a version for the longest; undefined when nothing does. */
  keeping(record: KeyRecord, version: KeyVersion): Keeping | undefined;
  /** How a destruction that comes by itself is scheduled; undefined: none does. */
  selfDestruction(record: KeyRecord): { readonly graceMs: number } | undefined;
  /** @throws SidecarError `retention_active` for a version that must still be kept */
  requireOver(record: KeyRecord, version: KeyVersion, nowMs: number): void;
}

export async function openKeyRetention(documents: Documents): Promise<KeyRetention> {
  const { byName, ...classes } = await openNamedDocuments<RetentionClass>(documents, 'retention-class');
  const keeping = (record: KeyRecord, version: KeyVersion) => keepingOf(record, version, byName);
  return {
    ...classes,
    keeping,
    selfDestruction: (record) => selfDestruction(record, byName),
    requireOver(record, version, nowMs) {
      const kept = keeping(record, version);
      if (kept === undefined || kept.untilMs <= nowMs) return;
      const until = Number.isFinite(kept.untilMs) ? ` until ${new Date(kept.untilMs).toISOString()}` : '';
      throw new SidecarError(
        'retention_active',
        `version ${version.version} of ${record.name}${until}: ${kept.reason}`,
      );
    },
  };
}
