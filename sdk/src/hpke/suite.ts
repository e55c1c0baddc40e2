import { type Aead, aeads } from './aead.ts';
import { type HpkeSuite, hpkeSuiteIds } from './algorithms.ts';
import type { Kem } from './kem.ts';
import { kems } from './kem-table.ts';
import { type KeySchedule, keySchedules } from './key-schedule.ts';
import { suiteId } from './labels.ts';

/** The parts of a suite. */
export interface Suite {
  /** suite_id of the key schedule. */
  readonly id: Uint8Array<ArrayBuffer>;
  readonly kem: Kem;
  readonly schedule: KeySchedule;
  readonly aead: Aead;
}

/** @throws FerroHsmError `not_supported` for a name that is not in the tables */
export function suiteOf(names: HpkeSuite): Suite {
  const { kem, kdf, aead } = hpkeSuiteIds(names);
  return Object.freeze({
    id: suiteId('HPKE', kem, kdf, aead),
    kem: kems[names.kem],
    schedule: keySchedules[names.kdf],
    aead: aeads[names.aead],
  });
}
