import type { KeyRecord } from '../generated/types.ts';
import { corruption } from './corruption.ts';
import { termsOf } from './key-terms.ts';
import type { Snapshot } from './snapshot.ts';

/** Checks that keys are found by exactly the terms that their records have. */
export class TermCheck {
  readonly #snapshot: Snapshot;
  #expected = 0;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  /** @throws SidecarError `keystore_corrupt` for a key that is not found by one of its terms */
  check(record: KeyRecord): void {
    for (const term of termsOf(record)) {
      const [found] = this.#snapshot.namesUnder([term], { from: record.name, before: `${record.name}\0`, limit: 1 });
      if (found !== record.name) throw corruption('a key is not found by what lists are filtered by');
      this.#expected++;
    }
  }

  /** Called after every key: no name may be left under a term. */
  refuseOthers(): void {
    if (this.#snapshot.termCount !== this.#expected) throw corruption('lists are filtered by what keys do not have');
  }
}
