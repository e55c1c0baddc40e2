import type { KeyRecord, Pkcs11Object } from '@ferrohsm/sdk';
import { CKA } from '../codec/constants/attribute-types.ts';
import type { Sidecar } from '../sidecar.ts';
import type { Attributes } from './attributes.ts';
import { namedKeyObjects } from './named-key-objects.ts';
import { restoredAttributes, storedObject } from './stored-objects.ts';
import type { TokenObject } from './token-object.ts';

const pageLimit = 1000;

/**
 * All that the sidecar shows an application of one collection: keys, whose attributes an application may have set itself,
 * and what applications have stored. What was made of a key is kept until the key is changed.
 */
export class TokenListing {
  readonly #collection: string;
  #made = new Map<string, { readonly revision: number; readonly objects: readonly TokenObject[] }>();

  constructor(collection: string) {
    this.#collection = collection;
  }

  async list(sidecar: Pick<Sidecar, 'call'>): Promise<readonly TokenObject[]> {
    const [records, stored] = await Promise.all([listKeys(sidecar, this.#collection), listStored(sidecar)]);
    const ofKeys = stored.filter(({ kind }) => kind === 'key-attributes');
    const others = stored.filter(({ kind }) => kind !== 'key-attributes');
    const keys = withTheirAttributes(this.#objectsOf(records), ofKeys);
    return [...keys, ...others.map(({ id, attributes }) => storedObject(id, attributes))];
  }

  #objectsOf(records: readonly KeyRecord[]): readonly TokenObject[] {
    const before = this.#made;
    this.#made = new Map(
      records.map((record) => {
        const { id, revision } = record;
        const made = before.get(id);
        return [id, made?.revision === revision ? made : { revision, objects: namedKeyObjects(record) }];
      }),
    );
    return [...this.#made.values()].flatMap(({ objects }) => objects);
  }
}

async function listKeys(sidecar: Pick<Sidecar, 'call'>, prefix: string): Promise<readonly KeyRecord[]> {
  const all: KeyRecord[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = { limit: pageLimit, ...(prefix !== '' && { prefix }), ...(cursor !== undefined && { cursor }) };
    const { records, nextCursor } = await sidecar.call('keys.list', query);
    all.push(...records);
    if (nextCursor === undefined) return all;
    cursor = nextCursor;
  }
}

async function listStored(sidecar: Pick<Sidecar, 'call'>): Promise<readonly Pkcs11Object[]> {
  const all: Pkcs11Object[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = { limit: pageLimit, ...(cursor !== undefined && { cursor }) };
    const { records, nextCursor } = await sidecar.call('pkcs11Objects.list', query);
    all.push(...records);
    if (nextCursor === undefined) return all;
    cursor = nextCursor;
  }
}

/** What is stored names its object by CKA_UNIQUE_ID. */
function withTheirAttributes(keys: readonly TokenObject[], stored: readonly Pkcs11Object[]): readonly TokenObject[] {
  const byIdentity = new Map<string | undefined, { readonly attributes: Attributes; readonly id: string }>();
  for (const { id, attributes } of stored) {
    const restored = restoredAttributes(attributes);
    byIdentity.set(restored.bytes(CKA.UNIQUE_ID)?.toString('latin1'), { attributes: restored, id });
  }
  return keys.map((key) => {
    const set = byIdentity.get(key.identity);
    return set === undefined ? key : { ...key, storedAs: set.id, attributes: key.attributes.with(set.attributes) };
  });
}
