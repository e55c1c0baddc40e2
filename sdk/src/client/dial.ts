import { FerroHsmError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import { Connection, type Greeting } from './connection.ts';
import { connectionLost } from './loss.ts';
import { pause } from './pause.ts';
import type { TraceParentSource } from './rpc.ts';

const firstDelayMs = 100;
const longestDelayMs = 5_000;

/** How a connection is opened. */
export interface DialOptions {
  readonly transport: Transport;
  readonly greeting: Greeting;
  /** Longest time in milliseconds that all attempts together may take. */
  readonly connectTimeoutMs: number;
  readonly traceParent?: TraceParentSource | undefined;
}

/**
 * Opens a connection; tries again, ever more slowly, as long as nobody answers.
 *
 * @param ended gives up when aborted; its reason becomes the detail of the error
 * @throws FerroHsmError as the sidecar refuses the greeting; `connection_lost` when nobody answered in time
 */
export async function dial(options: DialOptions, ended: AbortSignal): Promise<Connection> {
  const { connectTimeoutMs } = options;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(`no answer within ${connectTimeoutMs} ms`), connectTimeoutMs);
  try {
    return await attempt(options, AbortSignal.any([deadline.signal, ended]));
  } finally {
    clearTimeout(timer);
  }
}

async function attempt({ transport, greeting, traceParent }: DialOptions, signal: AbortSignal): Promise<Connection> {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, longestDelayMs)) {
    try {
      return await Connection.open(transport, greeting, signal, traceParent);
    } catch (error) {
      if (isRefusal(error)) throw error;
      await pause(delayMs, signal);
      if (signal.aborted) throw connectionLost(error, String(signal.reason));
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof FerroHsmError && error.code !== 'connection_lost';
}
