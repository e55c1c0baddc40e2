import type { DocumentChanges, Documents } from '../documents.ts';
import type { Pkcs11Attribute, Pkcs11Object } from '../generated/types.ts';

/** Which objects are listed. */
export interface ObjectQuery {
  /** Of this principal; of all where there is none. */
  readonly owner?: string;
  /** Only objects behind this place. */
  readonly after?: string;
  readonly limit: number;
}

export interface ListedObject {
  /** Where it stands in the list. */
  readonly place: string;
  readonly record: Pkcs11Object;
}

/** An object in its row: bytes are text there. */
type StoredObject = Omit<Pkcs11Object, 'attributes'> & {
  readonly attributes: readonly { readonly type: number; readonly value: string }[];
};

/**
 * Kinds of documents. An object lies below its owner, so that those of one principal are neighbours; `owner` says whose
 * an id is, `count` how many a principal has.
 */
const kinds = Object.freeze({
  object: 'pkcs11-object',
  owner: 'pkcs11-object-owner',
  count: 'pkcs11-object-count',
});

/** Ids of principals and objects have no blank. */
function placeOf({ owner, id }: Pick<Pkcs11Object, 'owner' | 'id'>): string {
  return `${owner} ${id}`;
}

/** The object of that id. */
export async function findObject(documents: Documents, id: string): Promise<Pkcs11Object | undefined> {
  const known = await documents.get<{ owner: string }>(kinds.owner, id);
  const stored = known && (await documents.get<StoredObject>(kinds.object, placeOf({ ...known, id })));
  return stored && fromRow(stored);
}

/** A page of objects, by owner and id. */
export async function listObjects(
  documents: Documents,
  { owner, after, limit }: ObjectQuery,
): Promise<readonly ListedObject[]> {
  const prefix = owner === undefined ? '' : `${owner} `;
  const query = { limit, after: after ?? prefix };
  const rows = await documents.list<StoredObject>(kinds.object, query);
  return rows.filter(({ id }) => id.startsWith(prefix)).map(({ id, value }) => ({ place: id, record: fromRow(value) }));
}

/** Those objects, in one change of the store. */
export class ObjectChanges {
  readonly #changes: DocumentChanges;

  constructor(changes: DocumentChanges) {
    this.#changes = changes;
  }

  /** How many objects a principal has. */
  count(owner: string): number {
    return this.#changes.get<{ objects: number }>(kinds.count, owner)?.objects ?? 0;
  }

  find(id: string): Pkcs11Object | undefined {
    const known = this.#changes.get<{ owner: string }>(kinds.owner, id);
    const stored = known && this.#changes.get<StoredObject>(kinds.object, placeOf({ ...known, id }));
    return stored && fromRow(stored);
  }

  add(record: Pkcs11Object): void {
    const { id, owner } = record;
    this.put(record);
    this.#changes.put(kinds.owner, id, { owner });
    this.#changes.put(kinds.count, owner, { objects: this.count(owner) + 1 });
  }

  put(record: Pkcs11Object): void {
    this.#changes.put(kinds.object, placeOf(record), toRow(record));
  }

  delete({ id, owner }: Pkcs11Object): void {
    const left = this.count(owner) - 1;
    this.#changes.delete(kinds.object, placeOf({ id, owner }));
    this.#changes.delete(kinds.owner, id);
    if (left > 0) this.#changes.put(kinds.count, owner, { objects: left });
    else this.#changes.delete(kinds.count, owner);
  }
}

function toRow({ attributes, ...rest }: Pkcs11Object): StoredObject {
  return { ...rest, attributes: attributes.map(({ type, value }) => ({ type, value: textOf(value) })) };
}

function fromRow({ attributes, ...rest }: StoredObject): Pkcs11Object {
  return { ...rest, attributes: attributes.map(({ type, value }) => attributeOf(type, value)) };
}

function attributeOf(type: number, value: string): Pkcs11Attribute {
  return { type, value: Buffer.from(value, 'base64url') };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
