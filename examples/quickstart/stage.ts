import { strict as assert } from 'node:assert';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import type { SidecarFolders } from '../../tools/throw-away-sidecar.ts';

/** What every part of the quickstart works with. */
export interface Stage {
  readonly hsm: FerroHsm;
  readonly folders: SidecarFolders;
  /** WebSocket address of the sidecar. */
  readonly url: string;
}

/** Prints one fact below the heading of its part. */
export function tell(fact: string): void {
  console.log(`    ${fact}`);
}

/** The error of something that must be refused. */
export async function refused(attempt: Promise<unknown>): Promise<Error> {
  const error = await attempt.then(
    () => assert.fail('this must be refused, but it was done'),
    (reason: unknown) => reason,
  );
  assert(error instanceof Error);
  return error;
}
