import type { KeyUsage } from '../keys/key-usage.ts';
import { useOf } from '../keystore/key-state.ts';
import type { Trail } from './context.ts';
import { bytesIn } from './record-fields.ts';

/** Counts what was done with named keys; a denial or a failure is no use. */
export type Count = (trail: Trail) => void;

export function createCount(usage: Pick<KeyUsage, 'count'>): Count {
  return ({ call, target, params }) => {
    const use = useOf(call.method);
    if (target === undefined || use === undefined) return;
    const isProtecting = use === 'sign' || use === 'encrypt';
    for (const [handle, { scope, rotation }] of target.keys) {
      if (scope === 'named') usage.count(versionOf(handle), bytesIn(params), isProtecting ? rotation : undefined);
    }
  };
}

/** A pair is counted as one, whichever half was used. */
function versionOf(handle: string): string {
  return handle.endsWith('/public') ? handle.slice(0, -'/public'.length) : handle;
}
