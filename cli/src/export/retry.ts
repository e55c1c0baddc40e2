import { setTimeout as wait } from 'node:timers/promises';
import { CliError } from '../errors.ts';
import { SinkError } from './delivery.ts';

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
}

const firstWaitMs = 500;
const longestWaitMs = 30_000;
/** A sink cannot ask to be left alone for longer. */
const longestAskedMs = 600_000;

/**
 * Does it again until it is done, waiting longer each time and saying so.
 *
 * @throws CliError 1 when the sink will not take it later either; whatever ended the waiting
 */
export async function retried(act: () => Promise<void>, { signal, warn }: RetryOptions): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await act();
      if (attempt > 0) warn('the sink takes records again');
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof SinkError)) throw error;
      if (!error.isTemporary) throw refused(error);
      const waitMs = Math.min(error.retryAfterMs ?? backoffMs(attempt), longestAskedMs);
      warn(`${error.message}; nothing is lost, trying again in ${(waitMs / 1000).toFixed(1)} s`);
      await wait(waitMs, undefined, { signal });
    }
  }
}

/** Half of it by chance, so that many exporters do not come back together. */
function backoffMs(attempt: number): number {
  const most = Math.min(firstWaitMs * 2 ** attempt, longestWaitMs);
  return most / 2 + (Math.random() * most) / 2;
}

function refused(error: SinkError): CliError {
  return new CliError(1, error.message, 'the cursor stands before these records; see what the sink says of them', {
    cause: error,
  });
}
