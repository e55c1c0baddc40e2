import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { createSealing } from '../crypto/sealing.ts';
import { Secret } from '../secret.ts';
import { type OpenState, openState } from '../state.ts';
import type { RestoreOptions } from './backup-restore.ts';

/** A restored state folder in use, closed at the end of the test. */
export async function openRestored({ stateFolder, configFolder, rootKey }: RestoreOptions): Promise<OpenState> {
  using secret = Secret.take(readFileSync((rootKey as { path: string }).path));
  const options = { stateFolder, configFolder, rootKey, sockets: [] };
  const state = await openState(options, [secret], createSealing(), {
    onStorageFailure: () => undefined,
    now: Date.now,
  });
  onTestFinished(() => state.close());
  return state;
}
