import type { Readiness } from '../generated/types.ts';
import type { StateDisk } from './state-disk.ts';
import type { Vitals } from './vitals.ts';

type Reason = Readiness['reasons'][number];

/** Checkpoints follow records within a second; after so long something is in their way. */
const checkpointLateMs = 10_000;

/** Whether requests can be answered: asked by who has no privilege, so that it tells of nothing else. */
export class ReadinessProbe {
  readonly #disk: StateDisk;
  #phase: 'starting' | 'running' | 'stopping' = 'starting';
  #vitals: () => Vitals | undefined = () => undefined;

  constructor(disk: StateDisk) {
    this.#disk = disk;
  }

  /** The sidecar runs. @param vitals of a sidecar that is unsealed */
  running(vitals: () => Vitals | undefined): void {
    this.#phase = 'running';
    this.#vitals = vitals;
  }

  stopping(): void {
    this.#phase = 'stopping';
  }

  async read(): Promise<Readiness> {
    const phase: Reason[] = this.#phase === 'running' ? [] : [this.#phase];
    const vitals = this.#vitals();
    if (vitals === undefined) {
      const reasons: Reason[] = phase.length > 0 ? phase : ['sealed'];
      return { ready: false, unsealed: false, keystore: false, log: false, reasons };
    }
    const keystore = [...(await keystoreReasons(vitals)), ...(await this.#disk.reasons())];
    const log = logReasons(vitals);
    const witnesses = vitals.witnessing?.status().quorum;
    const reasons = [...phase, ...keystore, ...log, ...(witnesses === false ? (['witness_missing'] as const) : [])];
    return {
      // Without a quorum only what waits for it waits.
      ready: [...phase, ...keystore, ...log].length === 0 && (vitals.witnessing?.suffices ?? true),
      unsealed: true,
      keystore: keystore.length === 0,
      log: log.length === 0,
      ...(witnesses !== undefined && { witnesses }),
      reasons,
    };
  }
}

async function keystoreReasons({ keystore }: Vitals): Promise<Reason[]> {
  try {
    await keystore.mark();
    return [];
  } catch {
    return ['keystore_unavailable'];
  }
}

function logReasons({ log }: Vitals): Reason[] {
  if (log.isFailed) return ['audit_unavailable'];
  return log.unpublished.lagMs > checkpointLateMs ? ['checkpoint_late'] : [];
}
