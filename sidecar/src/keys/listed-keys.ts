import type { KeyRecord } from '../generated/types.ts';
import type { KeyQuery } from '../keystore/contract.ts';
import { CorruptPage } from '../keystore/corruption.ts';
import type { Keystore } from '../keystore/keystore.ts';

/** One key of a page. */
export interface ListedKey {
  readonly name: string;
  /** Undefined where it, or one beside it, does not verify: each of them is to be read alone. */
  readonly record?: KeyRecord;
}

/** Keys in the order of their names, of which one that does not verify hides none of those beside and behind it. */
export async function listedKeys(keystore: Pick<Keystore, 'list'>, query: KeyQuery): Promise<readonly ListedKey[]> {
  try {
    return (await keystore.list(query)).map((record) => ({ name: record.name, record }));
  } catch (error) {
    if (!(error instanceof CorruptPage)) throw error;
    return error.names.map((name) => ({ name }));
  }
}
