import type { FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll } from 'vitest';
import { liveSidecar } from '../end-to-end/live-sidecar.ts';

/** A sidecar for the tests of a file, and what an application gets as `subtle`. */
export function liveSubtle(): () => FerroHsm['subtle'] {
  const sidecar = liveSidecar();
  let hsm: FerroHsm;
  beforeAll(async () => {
    hsm = await sidecar.connect();
  });
  afterAll(() => hsm.close());
  return () => hsm.subtle;
}
