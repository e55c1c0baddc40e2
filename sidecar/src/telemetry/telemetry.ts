import { type OperatorLog, silentLog } from '../operator-log/operator-log.ts';
import { SpanExporter } from '../traces/span-exporter.ts';
import { Tracer } from '../traces/tracer.ts';
import { createHearers, type Hearers } from './hearers.ts';
import { createMeters, type Meters } from './meters.ts';
import { ReadinessProbe } from './readiness.ts';
import { StateDisk } from './state-disk.ts';
import type { Tracing } from './traced-stages.ts';

/** What counts, looks and tells for as long as the process lives, sealed or not. */
export interface Telemetry {
  readonly meters: Meters;
  readonly hearers: Hearers;
  readonly stateDisk: StateDisk;
  readonly readiness: ReadinessProbe;
  readonly operatorLog: OperatorLog;
  /** Undefined where no spans are sent. */
  readonly tracing: Tracing | undefined;
  /** Sends what is left to be sent. */
  close(): Promise<void>;
}

/** Where the spans of requests are sent. */
export interface TraceOptions {
  /** Of an OpenTelemetry collector that takes OTLP over HTTP in JSON: https, or http on this host. */
  readonly url: string;
  /** Of the requests that come without a trace of their own, default 100. */
  readonly percent?: number;
}

export interface TelemetryOptions {
  readonly stateFolder: string;
  readonly operatorLog?: OperatorLog;
  readonly traces?: TraceOptions;
}

/** @throws SidecarError `config_invalid` for a place that traces may not go to */
export function createTelemetry({ stateFolder, operatorLog = silentLog, traces }: TelemetryOptions): Telemetry {
  const meters = createMeters();
  const stateDisk = new StateDisk(stateFolder);
  const readiness = new ReadinessProbe(stateDisk);
  const tracing = traces && createTracing(traces, operatorLog);
  const hearers = createHearers(meters, operatorLog);
  const close = async () => tracing?.exporter.close();
  return Object.freeze({ meters, hearers, stateDisk, readiness, operatorLog, tracing, close });
}

function createTracing({ url, percent = 100 }: TraceOptions, operatorLog: OperatorLog): Tracing {
  const onError = ({ message }: Error) => operatorLog.write('warn', 'traces', { message });
  return { tracer: new Tracer(percent), exporter: new SpanExporter({ url, onError }) };
}
