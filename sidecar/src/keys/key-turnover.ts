import { SidecarError } from '../errors.ts';
import { createInTurn } from '../in-turn.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { RecordedChange } from '../log/recorded-change.ts';
import type { RootKeySuccession } from '../root-key/provider.ts';

/** Leads the keystore to its next key encryption key, one turnover after the other. */
export interface KeyTurnover {
  /**
   * Begins a new generation and brings everything over. When it resolves, the secret of the earlier generation is erased and
   * no copy of the store from before opens any more.
   *
   * @returns the generation that seals now
   */
  turnOver(): Promise<number>;
  /**
   * Puts the keystore under the root key that was prepared; then the old one and the secret of the earlier generation are
   * erased.
   *
   * @throws SidecarError as {@link RootKeySuccession}
   */
  changeRootKey(): Promise<ChangedRootKey>;
  /** Ends what an earlier process, or an earlier attempt, began. */
  resume(): Promise<void>;
  /** Lets what is under way end at its next step; it goes on at the next start. */
  close(): Promise<void>;
}

/** A new root key is in force. */
export interface ChangedRootKey {
  /** The generation that seals now. */
  readonly generation: number;
  /** What the operator has to do now. */
  readonly notice: string;
}

/** Rows that go over before others have their turn. */
const rowsPerStep = 64;

/** While somebody reads an earlier state of the database, its pages cannot be overwritten: asked again so often... */
const readerWaitMs = 200;
/** ...and so many times, before others have their turn. */
const readerWaits = 25;

/** @param succession how the root key is changed */
export function createKeyTurnover(
  keystore: Keystore,
  recorded: RecordedChange,
  succession: RootKeySuccession,
): KeyTurnover {
  const inTurn = createInTurn();
  let isClosed = false;
  /** The store is under a root key that has not taken the place of the present one yet. */
  let isUncommitted = false;

  async function putUnderNextRootKey(): Promise<void> {
    // Nothing was prepared after the one that the store is under already.
    if (isUncommitted) return;
    using next = await succession.prepare();
    await keystore.changeRootKey(next);
    isUncommitted = true;
  }

  function commit(): string {
    const notice = succession.commit();
    isUncommitted = false;
    return notice;
  }

  /** @throws SidecarError `sealed` once it is closed, `operation_failed` while somebody reads: it goes on later */
  async function rewrapAll(): Promise<void> {
    for (let waits = 0; ; ) {
      if (isClosed) throw new SidecarError('sealed', 'the turnover goes on at the next start');
      const { done, rewrapped } = await keystore.rewrapSome(rowsPerStep);
      if (done) return;
      if (rewrapped > 0) continue;
      waits += 1;
      if (waits > readerWaits)
        throw new SidecarError('operation_failed', 'somebody reads an earlier state of the keystore');
      await new Promise((resolve) => setTimeout(resolve, readerWaitMs));
    }
  }

  /** The new root key is in force: whoever asked for it must hear of that, whatever holds up the rest. */
  async function rewrapOrTell(): Promise<string> {
    try {
      await rewrapAll();
      return '';
    } catch (error) {
      if (!(error instanceof SidecarError)) throw error;
      return `; the keystore is still turning over to it, which goes on by itself (${error.detail ?? error.code})`;
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
    changeRootKey: () =>
      inTurn(() =>
        recorded('keystore.turnover', { details: { rootKey: true } }, async () => {
          if (await isTurningOver()) await rewrapAll();
          await putUnderNextRootKey();
          const notice = commit();
          const { present: generation } = await keystore.generation();
          return { generation, notice: `${notice}${await rewrapOrTell()}` };
        }),
      ),
    resume: () =>
      inTurn(async () => {
        if (await isTurningOver()) await recorded('keystore.turnover', {}, rewrapAll);
      }),
    async close() {
      isClosed = true;
      await inTurn(async () => undefined);
    },
  };
}
