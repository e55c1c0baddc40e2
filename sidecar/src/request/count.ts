import type { KeyUsage } from '../keys/key-usage.ts';
import { useOf } from '../keystore/key-state.ts';
import type { Trail } from './context.ts';
import { bytesIn } from './record-fields.ts';
import { askedOf } from './state-rule.ts';

/** Counts what was done with named keys; a denial or a failure is no use. */
export type Count = (trail: Trail) => void;

export function createCount(usage: Pick<KeyUsage, 'count'>): Count {
  return ({ call, target, params }) => {
    if (target === undefined) return;
    for (const [handle, { scope, rotation }] of target.keys) {
      const use = useOf(askedOf(target, handle, call.method));
      if (scope !== 'named' || use === undefined) continue;
      const isProtecting = use === 'sign' || use === 'encrypt';
      usage.count(versionOf(handle), bytesIn(params), isProtecting ? rotation : undefined);
    }
  };
}

/** A pair is counted as one, whichever half was used. */
function versionOf(handle: string): string {
  return handle.endsWith('/public') ? handle.slice(0, -'/public'.length) : handle;
}
