import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from './calls.ts';
import { openSyncProbe } from './sync-probe.ts';

/** The disk alone: whatever the operation is, it writes a little and waits for it. */
export function openDiskBackend(): Backend {
  const probe = openSyncProbe(join(tmpdir(), `ferrohsm-sync-probe-${process.pid}`));
  return {
    prepare: async () => ({ call: () => probe.sync() }),
    [Symbol.asyncDispose]: async () => probe[Symbol.dispose](),
  };
}
