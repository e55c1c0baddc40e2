import { createInTurn } from './in-turn.ts';
import type { Keystore } from './keystore/keystore.ts';
import type { RecordedChange } from './recorded-change.ts';

/** Leads the keystore to its next key encryption key, one turnover after the other. */
export interface KeyTurnover {
  /**
   * Begins a new generation and brings everything over. When it resolves, the secret of the earlier generation is erased and
   * no copy of the store from before opens any more.
   *
   * @returns the generation that seals now
   */
  turnOver(): Promise<number>;
  /** Ends what an earlier process began. */
  resume(): Promise<void>;
}

/** Rows that go over before others have their turn. */
const rowsPerStep = 64;

/** While somebody reads an earlier state of the database, its pages cannot be overwritten. */
const readerWaitMs = 200;

export function createKeyTurnover(keystore: Keystore, recorded: RecordedChange): KeyTurnover {
  const inTurn = createInTurn();

  async function rewrapAll(): Promise<void> {
    for (;;) {
      const { done, rewrapped } = await keystore.rewrapSome(rowsPerStep);
      if (done) return;
      if (rewrapped === 0) await new Promise((resolve) => setTimeout(resolve, readerWaitMs));
    }
  }

  async function isTurningOver(): Promise<boolean> {
    return (await keystore.generation()).turningOver !== undefined;
  }

  return {
    // What is under way may have begun before a secret left the store: another one follows it.
    turnOver: () =>
      inTurn(() =>
        recorded('keystore.turnover', {}, async () => {
          if (await isTurningOver()) await rewrapAll();
          const generation = await keystore.beginGeneration();
          await rewrapAll();
          return generation;
        }),
      ),
    resume: () =>
      inTurn(async () => {
        if (await isTurningOver()) await recorded('keystore.turnover', {}, rewrapAll);
      }),
  };
}
