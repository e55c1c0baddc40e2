import type { Readings } from '../metrics/exposition.ts';
import { formatFor } from '../metrics/negotiation.ts';
import { single } from '../metrics/sample.ts';
import type { Session } from '../request/context.ts';
import type { MakePage, ProbePage, ProbePages } from '../transport/probe-listener.ts';
import type { ProcessWatch } from './process-watch.ts';
import { buildReadings, countedReadings, sessionReadings, vitalReadings } from './readings.ts';
import type { Telemetry } from './telemetry.ts';
import type { Vitals } from './vitals.ts';

/** The sidecar behind its seal, looked at from outside. */
export interface Watched {
  /** Of a sidecar that is unsealed. */
  readonly vitals: Vitals | undefined;
  readonly sessions: ReadonlySet<Session>;
}

export interface PagesParts {
  readonly telemetry: Telemetry;
  readonly processWatch: ProcessWatch;
  /** Undefined until the sidecar has started. */
  readonly watched: () => Watched | undefined;
}

/** What who may look at the sidecar, but has no name in it, is told. */
export function createPages(parts: PagesParts): ProbePages {
  const { readiness } = parts.telemetry;
  return new Map<string, MakePage>([
    // Whoever reads this has had an answer of the event loop.
    ['/healthz', async () => jsonPage(200, { alive: true })],
    [
      '/readyz',
      async () => {
        const state = await readiness.read();
        return jsonPage(state.ready ? 200 : 503, state);
      },
    ],
    [
      '/metrics',
      async ({ accept }) => {
        const { contentType, write } = formatFor(accept);
        return { status: 200, contentType, body: write(await readAll(parts)) };
      },
    ],
  ]);
}

function jsonPage(status: number, value: object): ProbePage {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` };
}

async function readAll({ telemetry, processWatch, watched }: PagesParts): Promise<Readings> {
  const { meters, readiness, stateDisk, tracing } = telemetry;
  const { vitals, sessions } = watched() ?? {};
  const [{ ready }, free] = [await readiness.read(), await stateDisk.freeBytes()];
  return {
    ...buildReadings(),
    ready: single(Number(ready)),
    sealed: single(Number(vitals === undefined)),
    ...countedReadings(meters),
    ...(tracing && { traceSpansDropped: single(tracing.exporter.dropped) }),
    ...(sessions && sessionReadings(sessions)),
    ...(vitals && (await vitalReadings(vitals))),
    ...(free !== undefined && { stateFreeBytes: single(free) }),
    ...processWatch.readings(),
  };
}
