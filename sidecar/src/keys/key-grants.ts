import { allDocuments, type ChangeRequest, type DocumentChanges, type Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { Grants } from '../methods/grants.ts';

interface StoredGrants {
  readonly grantees: readonly string[];
}

/** The grants of all keys, kept in memory because every decision about a key asks for them. */
export interface KeyGrants extends Grants {
  /**
   * Takes every grant of a principal or group back, in the change that removes it: who gets its id later has none.
   *
   * @returns whether there was one
   */
  forget(grantee: string, changes: DocumentChanges): boolean;
  /** Principals and groups that may use the key, sorted. */
  of(keyId: string): readonly string[];
}

const kind = 'grant';
const nobody: readonly string[] = Object.freeze([]);

export async function loadKeyGrants(documents: Documents, exists: (grantee: string) => boolean): Promise<KeyGrants> {
  const stored = await allDocuments<StoredGrants>(documents, kind);
  const byKey = new Map(stored.map(({ id, value }) => [id, value.grantees]));

  async function change(keyId: string, request: ChangeRequest, edit: (before: readonly string[]) => readonly string[]) {
    const { grantees } = await documents.change((changes) => {
      const after = { grantees: edit(changes.get<StoredGrants>(kind, keyId)?.grantees ?? nobody) };
      changes.put(kind, keyId, after);
      return after;
    }, request);
    // A repeated request answers its first result, which may be no longer so.
    byKey.set(keyId, (await documents.get<StoredGrants>(kind, keyId))?.grantees ?? nobody);
    return grantees;
  }

  return {
    of: (keyId) => byKey.get(keyId) ?? nobody,
    forget(grantee, changes) {
      const granted = [...byKey].filter(([, grantees]) => grantees.includes(grantee));
      for (const [keyId, grantees] of granted) {
        const others = grantees.filter((other) => other !== grantee);
        changes.put(kind, keyId, { grantees: others });
        byKey.set(keyId, others);
      }
      return granted.length > 0;
    },
    grant(keyId, grantee, request) {
      if (!exists(grantee)) throw new SidecarError('not_found', grantee);
      return change(keyId, request, (before) => [...new Set([...before, grantee])].sort());
    },
    revoke: (keyId, grantee, request) =>
      change(keyId, request, (before) => {
        if (!before.includes(grantee)) throw new SidecarError('not_found', grantee);
        return before.filter((other) => other !== grantee);
      }),
  };
}
