import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KeyRecord, KeysListParams } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Execution, Handler } from '../request/context.ts';
import { keyFilter } from './key-filter.ts';

const defaultLimit = 100;

/** Records that are proven and decided about before others have their turn: some milliseconds. */
const recordsPerTurn = 32;

/** Records that one call looks at; a page may be shorter than its limit, or empty, and still have a next one. */
const recordsPerCall = 2048;

/** Says whether the caller may look at a key. */
export type MayLook = (execution: Execution, record: KeyRecord) => boolean;

/** Places in the list, as a caller sees them: sealed, because the name there may be of a key that it may not see. */
export interface Cursors {
  seal(name: string): string;
  /** @throws SidecarError `invalid_params` for what `seal` did not make */
  open(cursor: string): string;
}

export function createKeysList(
  keystore: Keystore,
  mayLook: MayLook,
  cursors: Cursors,
  now: () => number,
): Handler<'keys.list'> {
  return async (params, execution) => {
    const { prefix, cursor, limit = defaultLimit } = params;
    const isWanted = keyFilter(params, now());
    const terms = await termsFor(params, keystore, now());
    const query = { limit: recordsPerTurn, terms, ...(prefix !== undefined && { prefix }) };
    const seen: KeyRecord[] = [];
    let after = cursor === undefined ? undefined : cursors.open(cursor);
    let isEnd = false;
    // One more than is shown, so that a next page is told of only when there is something for the caller on it.
    for (let looked = 0; !isEnd && seen.length <= limit && looked < recordsPerCall; looked += recordsPerTurn) {
      if (looked > 0) await nextTurn();
      const records = await keystore.list({ ...query, ...(after !== undefined && { after }) });
      seen.push(...records.filter((record) => isWanted(record) && mayLook(execution, record)));
      after = records.at(-1)?.name;
      isEnd = records.length < recordsPerTurn;
    }
    const records = seen.slice(0, limit);
    const place = seen.length > limit ? records.at(-1)?.name : isEnd ? undefined : after;
    return { records, ...(place !== undefined && { nextCursor: cursors.seal(place) }) };
  };
}

/**
 * What the keystore narrows the search by. Whether time ended a key is not always written down yet, so nobody is looked for
 * under `deactivated` while that is so.
 */
async function termsFor({ algorithm, state, labels }: KeysListParams, keystore: Keystore, nowMs: number) {
  const isBehind = state === 'deactivated' && (await keystore.due(nowMs, 1)).length > 0;
  return { algorithm, labels, state: isBehind ? undefined : state };
}
