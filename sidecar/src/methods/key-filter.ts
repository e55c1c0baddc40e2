import type { KeyRecord, KeysListParams } from '../generated/types.ts';
import { stateAt } from '../keystore/key-state.ts';

/** Which keys a list is about. */
export type KeyFilter = (record: KeyRecord) => boolean;

/** Keys that have everything that is asked for; what is not asked for does not matter. */
export function keyFilter({ algorithm, state, labels = {} }: KeysListParams, nowMs: number): KeyFilter {
  const wanted = Object.entries(labels);
  return (record) => {
    const newest = record.versions.at(-1) ?? record.versions[0];
    return (
      (algorithm === undefined || newest.algorithm.name === algorithm) &&
      (state === undefined || stateAt(record, newest, nowMs) === state) &&
      wanted.every(([name, value]) => record.labels[name] === value)
    );
  };
}
