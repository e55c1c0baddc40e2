import type { SidecarOptions } from './options.ts';
import { createPages, type Watched } from './telemetry/pages.ts';
import { ProcessWatch } from './telemetry/process-watch.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** The listeners for health and metrics. */
export interface Probes {
  readonly addresses: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens every listener for probes, or none; nothing is watched for nobody.
 *
 * @param watched undefined until the sidecar has started
 */
export async function openProbes(
  { probes = [], onError = () => undefined }: SidecarOptions,
  telemetry: Telemetry,
  watched: () => Watched | undefined,
): Promise<Probes> {
  if (probes.length === 0) return { addresses: [], close: () => Promise.resolve() };
  // node:http takes a twentieth of a start: loaded only where somebody is told.
  const { listenProbes } = await import('./transport/probe-listener.ts');
  await using opened = new AsyncDisposableStack();
  const processWatch = opened.use(new ProcessWatch());
  const pages = createPages({ telemetry, processWatch, watched });
  const addresses: string[] = [];
  for (const place of probes) {
    const listener = await listenProbes(place, pages, (error) => onError(error, 'metrics'));
    opened.defer(() => listener.close());
    addresses.push(listener.address);
  }
  const held = opened.move();
  return { addresses, close: () => held.disposeAsync() };
}
