import type { DocumentChanges, Documents } from './documents.ts';

/** Ids of principals and groups that were removed: nobody gets one again, because keys and their labels still name them. */
export interface RetiredIds {
  has(id: string): boolean;
  /** In the change that removes it. */
  add(id: string, changes: DocumentChanges): void;
}

const kind = 'retired-id';
const pageDocuments = 1000;

export async function loadRetiredIds(documents: Documents): Promise<RetiredIds> {
  const ids = new Set<string>();
  for (let after: string | undefined; ; ) {
    const page = await documents.list(kind, { limit: pageDocuments, ...(after !== undefined && { after }) });
    for (const { id } of page) ids.add(id);
    after = page.at(-1)?.id;
    if (page.length < pageDocuments) break;
  }
  return {
    has: (id) => ids.has(id),
    add(id, changes) {
      changes.put(kind, id, {});
      ids.add(id);
    },
  };
}
