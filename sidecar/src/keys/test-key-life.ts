import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Keystore } from '../keystore/keystore.ts';
import { newKey } from '../keystore/test-store.ts';
import { Secret } from '../secret.ts';
import { lifeCommands, type Model, never, type Real, type Tend } from './test-key-commands.ts';

/**
 * Runs that many sequences against one keystore, each with a key of its own, then checks the whole store.
 *
 * @throws Error with the shortest sequence that goes wrong
 */
export async function runLives({ keystore, setTime, tend }: Lives, sequences: number, maxCommands = 20): Promise<void> {
  let latestMs = 1_000;
  await fc.assert(
    fc.asyncProperty(lifeCommands(tend, maxCommands), async (commands) => {
      const setup = await startLife(keystore, latestMs, setTime);
      await fc.asyncModelRun(() => setup, commands);
      latestMs = setup.model.nowMs;
    }),
    { numRuns: sequences },
  );
  await keystore.verify();
}

export interface Lives {
  readonly keystore: Keystore;
  readonly setTime: (nowMs: number) => void;
  readonly tend: Tend;
}

/** A key of its own for one sequence, and the model of it. */
async function startLife(keystore: Keystore, nowMs: number, setTime: Real['setTime']) {
  const name = `life-${randomBytes(8).toString('hex')}`;
  const secret = randomBytes(32);
  setTime(nowMs);
  const { id } = await keystore.create(newKey(name, { secret: Secret.copy(secret) }));
  const first = { state: 'active', secret: secret.toString('hex'), end: never, doom: never, interrupted: '' };
  const model: Model = { name, versions: [first], nowMs, expiresAt: never, keptUntil: 0 };
  const real: Real = { keystore, id, setTime };
  return { model, real };
}
