import type { KeyUsage } from '../key-usage.ts';
import { useOf } from '../keystore/key-state.ts';
import type { Trail } from './context.ts';
import { bytesIn } from './record-fields.ts';

/** Counts what was done with named keys; a denial or a failure is no use. */
export type Count = (trail: Trail) => void;

export function createCount(usage: Pick<KeyUsage, 'count'>): Count {
  return ({ call, target, params }) => {
    if (target === undefined || useOf(call.method) === undefined) return;
    for (const [handle, { scope, rotation }] of target.keys) {
      if (scope === 'named') usage.count(versionOf(handle), bytesIn(params), rotation);
    }
  };
}

/** A pair is counted as one, whichever half was used. */
function versionOf(handle: string): string {
  return handle.endsWith('/public') ? handle.slice(0, -'/public'.length) : handle;
}
