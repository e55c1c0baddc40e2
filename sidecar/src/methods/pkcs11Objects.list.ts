import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pkcs11Object, Pkcs11ObjectsListParams } from '../generated/types.ts';
import type { ListedObject } from '../pkcs11-objects/object-rows.ts';
import type { Pkcs11Objects } from '../pkcs11-objects/pkcs11-objects.ts';
import { valueBytes } from '../pkcs11-objects/storable.ts';
import type { Execution, Handler } from '../request/context.ts';
import type { Cursors } from './keys.list.ts';

const defaultLimit = 100;

/** Objects that are read and decided about before others have their turn: some milliseconds. */
const objectsPerTurn = 32;

/** Objects that one call looks at; a page may be shorter than its limit, or empty, and still have a next one. */
const objectsPerCall = 2048;

/** Of the values on one page, so that the answer fits into a message; one object is at most a quarter of it. */
const bytesPerPage = 256 * 1024;

/** Says whether the caller may look at a stored object. */
export type MayLookAtObject = (execution: Execution, record: Pkcs11Object) => boolean;

export function createPkcs11ObjectsList(
  objects: Pick<Pkcs11Objects, 'list'>,
  mayLook: MayLookAtObject,
  cursors: Cursors,
): Handler<'pkcs11Objects.list'> {
  async function* listed(owner: string | undefined, from: string | undefined): AsyncGenerator<ListedObject> {
    let after = from;
    for (let looked = 0; looked < objectsPerCall; looked += objectsPerTurn) {
      if (looked > 0) await nextTurn();
      const page = await objects.list({
        limit: objectsPerTurn,
        ...(owner !== undefined && { owner }),
        ...(after !== undefined && { after }),
      });
      yield* page;
      if (page.length < objectsPerTurn) return;
      after = page.at(-1)?.place;
    }
  }

  return async ({ all = false, cursor, limit = defaultLimit, ...wanted }, execution) => {
    const owner = all ? undefined : execution.principal.id;
    const records: Pkcs11Object[] = [];
    let place = cursor === undefined ? undefined : cursors.open(cursor);
    let looked = 0;
    let bytes = 0;
    const page = (isEnd: boolean) => ({
      records,
      ...(!isEnd && place !== undefined && { nextCursor: cursors.seal(place) }),
    });
    for await (const { place: next, record } of listed(owner, place)) {
      looked += 1;
      if (isWanted(record, wanted) && mayLook(execution, record)) {
        bytes += valueBytes(record.attributes);
        if (records.length === limit || bytes > bytesPerPage) return page(false);
        records.push(record);
      }
      place = next;
    }
    return page(looked < objectsPerCall);
  };
}

function isWanted(record: Pkcs11Object, { kind, key }: Pick<Pkcs11ObjectsListParams, 'kind' | 'key'>): boolean {
  return (kind === undefined || record.kind === kind) && (key === undefined || record.key === key);
}
