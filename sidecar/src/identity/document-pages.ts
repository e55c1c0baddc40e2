import type { Documents, ListedDocument } from '../documents.ts';

const pageDocuments = 1000;

/** Every document of a kind. */
export async function allDocuments<Value>(documents: Documents, kind: string): Promise<ListedDocument<Value>[]> {
  const all: ListedDocument<Value>[] = [];
  for (let after: string | undefined; ; after = all.at(-1)?.id) {
    const query = { limit: pageDocuments, ...(after !== undefined && { after }) };
    const page = await documents.list<Value>(kind, query);
    all.push(...page);
    if (page.length < pageDocuments) return all;
  }
}
