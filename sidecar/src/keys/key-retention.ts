import { allDocuments, type ChangeRequest, type Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { KeyRecord, KeyVersion, RetentionClass } from '../generated/types.ts';
import { type Keeping, keepingOf, selfDestruction } from '../lifecycle/retention.ts';

/** How long keys are kept after their use. */
export interface KeyRetention {
  /** The classes in the order of their names. */
  list(): readonly RetentionClass[];
  set(retentionClass: RetentionClass, request: ChangeRequest): Promise<RetentionClass>;
  /** @throws SidecarError `not_found` */
  remove(name: string, request: ChangeRequest): Promise<void>;
  /** What keeps a version for the longest; undefined when nothing does. */
  keeping(record: KeyRecord, version: KeyVersion): Keeping | undefined;
  /** How a destruction that comes by itself is scheduled; undefined: none does. */
  selfDestruction(record: KeyRecord): { readonly graceMs: number } | undefined;
  /** @throws SidecarError `retention_active` for a version that must still be kept */
  requireOver(record: KeyRecord, version: KeyVersion, nowMs: number): void;
}

const kind = 'retention-class';

/** The classes are few, and are read once. */
export async function openKeyRetention(documents: Documents): Promise<KeyRetention> {
  const classes = new Map<string, RetentionClass>();
  for (const { id, value } of await allDocuments<RetentionClass>(documents, kind)) classes.set(id, value);
  /** A repeated request answers what it did once; in force is what the store says now. */
  async function reload(name: string): Promise<void> {
    const stored = await documents.get<RetentionClass>(kind, name);
    if (stored === undefined) classes.delete(name);
    else classes.set(name, stored);
  }

  const keeping = (record: KeyRecord, version: KeyVersion) => keepingOf(record, version, classes);
  return {
    list: () => [...classes.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
    async set(retentionClass, request) {
      const made = await documents.change((changes) => {
        changes.put(kind, retentionClass.name, retentionClass);
        return retentionClass;
      }, request);
      await reload(made.name);
      return made;
    },
    async remove(name, request) {
      await documents.change((changes) => {
        if (changes.get(kind, name) === undefined) throw new SidecarError('not_found', name);
        changes.delete(kind, name);
        return {};
      }, request);
      await reload(name);
    },
    keeping,
    selfDestruction: (record) => selfDestruction(record, classes),
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
