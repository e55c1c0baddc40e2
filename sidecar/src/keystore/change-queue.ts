import type { ReadRows } from './proven-rows.ts';
import { RowChange, type RowChanges } from './row-change.ts';

/** A commit of more takes tens of milliseconds, in which nothing else is answered. */
const mostTogether = 128;

export interface ChangeQueueParts {
  /** The rows of the last commit, to be read in this turn of the event loop. */
  readonly look: () => ReadRows;
  /**
   * Makes the change durable, or throws.
   *
   * @param changes that it is made of
   */
  readonly write: (change: RowChange, changes: number) => void;
}

interface Waiting {
  readonly work: (changes: RowChanges) => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Made {
  readonly member: Waiting;
  readonly result: unknown;
}

/**
 * Changes wait for the next turn of the event loop and are made there one after the other, in one commit. One that touches
 * a row of another waits for the turn after that: whoever made the other hears of it first, and what was decided about the
 * row as it was is decided anew.
 */
export class ChangeQueue {
  readonly #parts: ChangeQueueParts;
  #waiting: Waiting[] = [];
  #isAwaited = false;

  constructor(parts: ChangeQueueParts) {
    this.#parts = parts;
  }

  /** @throws what `work` throws, which undoes it alone, or why the commit failed */
  add<T>(work: (changes: RowChanges) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as Waiting['resolve'], reject });
      this.#awaitTurn();
    });
  }

  /** Makes everything that waits. */
  finish(): void {
    while (this.#waiting.length > 0) this.#commit();
  }

  #awaitTurn(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    setImmediate(() => {
      this.#isAwaited = false;
      this.#commit();
      if (this.#waiting.length > 0) this.#awaitTurn();
    });
  }

  #commit(): void {
    const members = this.#waiting.splice(0, mostTogether);
    if (members.length === 0) return;
    try {
      this.#make(members, this.#parts.look());
    } catch (error) {
      for (const member of members) member.reject(error);
    }
  }

  /** @throws why the commit failed; what one member throws rejects that one alone */
  #make(members: readonly Waiting[], rows: ReadRows): void {
    const whole = new RowChange(rows);
    const made: Made[] = [];
    const touching: Waiting[] = [];
    let changes = 0;
    for (const member of members) {
      const change = new RowChange(untouched(whole, rows));
      try {
        const result = member.work(change);
        whole.absorb(change);
        made.push({ member, result });
        if (!change.isEmpty) changes++;
      } catch (error) {
        if (error instanceof Touching) touching.push(member);
        else member.reject(error);
      }
    }
    if (changes > 0) this.#parts.write(whole, changes);
    for (const { member, result } of made) member.resolve(result);
    this.#waiting.unshift(...touching);
  }
}

/** A row that another change of the same commit has changed. */
class Touching extends Error {}

function untouched(change: RowChange, rows: ReadRows): ReadRows {
  return {
    read(path) {
      if (change.rows.has(path)) throw new Touching();
      return rows.read(path);
    },
  };
}
