import { startRounds } from '../lifecycle/rounds.ts';
import { KeyUpkeep, type KeyUpkeepOptions } from './key-upkeep.ts';

/** Nothing that has a date is late by more. */
const tendIntervalMs = 1000;
/** What a crash may count too much. */
const flushIntervalMs = 10_000;
/** What is to be destroyed by itself waits for its grace anyway, which is much longer. */
const sweepIntervalMs = 3_600_000;

/** Tends the keys again and again until it is closed. */
export function startKeyUpkeep(options: KeyUpkeepOptions): { close(): Promise<void> } {
  const upkeep = new KeyUpkeep(options);
  const onError = (error: unknown) => options.onError(error, 'upkeep of keys');
  const tending = startRounds({ round: () => upkeep.tend(), intervalMs: tendIntervalMs, onError });
  // On its own: after a change of the policies it looks at every key.
  const rotating = startRounds({ round: () => upkeep.rotate(), intervalMs: tendIntervalMs, onError });
  const counting = startRounds({ round: async () => options.usage.flush(), intervalMs: flushIntervalMs, onError });
  const sweeping = startRounds({ round: () => upkeep.sweep(), intervalMs: sweepIntervalMs, onError });
  // A sidecar may live for less than the interval.
  void sweeping.now();
  return {
    async close() {
      upkeep.stop();
      await Promise.all([tending.close(), rotating.close(), counting.close(), sweeping.close()]);
    },
  };
}
