import { allDocuments, type DocumentChanges, type Documents } from '../documents.ts';

/** Ids of principals and groups that were removed: nobody gets one again, because keys and their labels still name them. */
export interface RetiredIds {
  has(id: string): boolean;
  /** In the change that removes it. */
  add(id: string, changes: DocumentChanges): void;
}

const kind = 'retired-id';

export async function loadRetiredIds(documents: Documents): Promise<RetiredIds> {
  const ids = new Set((await allDocuments(documents, kind)).map(({ id }) => id));
  return {
    has: (id) => ids.has(id),
    add(id, changes) {
      changes.put(kind, id, {});
      ids.add(id);
    },
  };
}
