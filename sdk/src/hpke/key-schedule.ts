import type { HpkeKdfName } from './algorithms.ts';
import { hkdfSha256, hkdfSha384, hkdfSha512 } from './hkdf.ts';
import { oneStage } from './one-stage-schedule.ts';
import { twoStage } from './two-stage-schedule.ts';

/** What both parties know before the key schedule. */
export interface ScheduleInput {
  readonly suiteId: Uint8Array;
  readonly mode: 0 | 1;
  readonly sharedSecret: Uint8Array;
  readonly info: Uint8Array;
  readonly psk: Uint8Array;
  readonly pskId: Uint8Array;
  /** Nk and Nn: 0 for export-only. */
  readonly keyBytes: number;
  readonly nonceBytes: number;
}

export interface ScheduleOutput {
  readonly key: Uint8Array<ArrayBuffer>;
  readonly baseNonce: Uint8Array<ArrayBuffer>;
  readonly exporterSecret: Uint8Array<ArrayBuffer>;
}

export interface Export {
  readonly suiteId: Uint8Array;
  readonly exporterSecret: Uint8Array;
  readonly context: Uint8Array;
  readonly bytes: number;
}

/** A KDF as HPKE uses it: CombineSecrets and Export. */
export interface KeySchedule {
  /** Longest export. */
  readonly maxExportBytes: number;
  combine(input: ScheduleInput): Promise<ScheduleOutput>;
  export(input: Export): Promise<Uint8Array<ArrayBuffer>>;
}

export const keySchedules: Readonly<Record<HpkeKdfName, KeySchedule>> = Object.freeze({
  'HKDF-SHA256': twoStage(hkdfSha256),
  'HKDF-SHA384': twoStage(hkdfSha384),
  'HKDF-SHA512': twoStage(hkdfSha512),
  SHAKE128: oneStage('cSHAKE128', 32),
  SHAKE256: oneStage('cSHAKE256', 64),
  TurboSHAKE128: oneStage('TurboSHAKE128', 32),
  TurboSHAKE256: oneStage('TurboSHAKE256', 64),
});
