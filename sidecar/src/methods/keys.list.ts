import type { KeyRecord } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Execution, Handler } from '../request/context.ts';

const defaultLimit = 100;

/** Says whether the caller may look at a key. */
export type MayLook = (execution: Execution, record: KeyRecord) => boolean;

export function createKeysList(keystore: Keystore, mayLook: MayLook): Handler<'keys.list'> {
  return async ({ prefix, cursor, limit = defaultLimit }, execution) => {
    const page = await keystore.list({
      limit,
      ...(prefix !== undefined && { prefix }),
      ...(cursor !== undefined && { cursor }),
    });
    const records = page.records.filter((record) => mayLook(execution, record));
    return { records, ...(page.nextCursor !== undefined && { nextCursor: page.nextCursor }) };
  };
}
