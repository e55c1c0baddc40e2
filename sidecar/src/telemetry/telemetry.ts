import { type OperatorLog, silentLog } from '../operator-log/operator-log.ts';
import { createHearers, type Hearers } from './hearers.ts';
import { createMeters, type Meters } from './meters.ts';
import { ReadinessProbe } from './readiness.ts';
import { StateDisk } from './state-disk.ts';

/** What counts, looks and tells for as long as the process lives, sealed or not. */
export interface Telemetry {
  readonly meters: Meters;
  readonly hearers: Hearers;
  readonly stateDisk: StateDisk;
  readonly readiness: ReadinessProbe;
  readonly operatorLog: OperatorLog;
}

export function createTelemetry(stateFolder: string, operatorLog: OperatorLog = silentLog): Telemetry {
  const meters = createMeters();
  const stateDisk = new StateDisk(stateFolder);
  const readiness = new ReadinessProbe(stateDisk);
  return Object.freeze({ meters, hearers: createHearers(meters, operatorLog), stateDisk, readiness, operatorLog });
}
