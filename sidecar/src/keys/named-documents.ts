import { allDocuments, type ChangeRequest, type Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';

/** Documents of one kind that people name. */
export interface NamedDocuments<Value> {
  readonly byName: ReadonlyMap<string, Value>;
  /** In the order of their names. */
  list(): readonly Value[];
  /** Creates or replaces one. */
  set(value: Value, request: ChangeRequest): Promise<Value>;
  /** @throws SidecarError `not_found` */
  remove(name: string, request: ChangeRequest): Promise<void>;
}

/**
 * They are few, and are read once.
 *
 * @param changed told of each change before it is acknowledged
 */
export async function openNamedDocuments<Value extends { readonly name: string }>(
  documents: Documents,
  kind: string,
  changed: () => void = () => undefined,
): Promise<NamedDocuments<Value>> {
  const byName = new Map<string, Value>();
  for (const { id, value } of await allDocuments<Value>(documents, kind)) byName.set(id, value);
  /** A repeated request answers what it did once; in force is what the store says now. */
  async function reload(name: string): Promise<void> {
    const stored = await documents.get<Value>(kind, name);
    if (stored === undefined) byName.delete(name);
    else byName.set(name, stored);
    changed();
  }
  return {
    byName,
    list: () => [...byName.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
    async set(value, request) {
      const made = await documents.change((changes) => {
        changes.put(kind, value.name, value);
        return value;
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
  };
}
