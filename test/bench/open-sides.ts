import type { Side } from './side.ts';
import { type SideKind, sideKinds } from './sides.ts';

/** A side that was asked for and cannot take part here. */
export interface AbsentSide {
  readonly id: string;
  readonly title: string;
  readonly lacks: string;
}

/** The sides of a run; the end of its scope ends their servers and clients. */
export class OpenSides implements AsyncDisposable {
  readonly absent: readonly AbsentSide[];
  readonly kinds: readonly SideKind[];
  readonly #open = new Map<string, Side>();

  constructor(ids: readonly string[]) {
    const wanted = sideKinds.filter(({ id }) => ids.includes(id));
    this.absent = wanted.flatMap(({ id, title, lacks }) => {
      const missing = lacks();
      return missing === undefined ? [] : [{ id, title, lacks: missing }];
    });
    this.kinds = wanted.filter(({ id }) => this.absent.every((absent) => absent.id !== id));
  }

  /** The same one each time; it starts with the first call. */
  async open(id: string): Promise<Side> {
    const open = this.#open.get(id);
    if (open !== undefined) return open;
    const kind = this.kinds.find((candidate) => candidate.id === id);
    if (kind === undefined) throw new Error(`the side ${id} does not take part`);
    const side = await kind.open();
    this.#open.set(id, side);
    return side;
  }

  /** Those of the wanted ones, or of all, that can do the operation with so many in flight. */
  async contestants(operation: string, concurrency: number, wanted?: readonly string[]): Promise<Map<string, Side>> {
    const able = this.kinds.filter(
      ({ id, operations, mostInFlight }) =>
        operations.includes(operation) && concurrency <= mostInFlight && (wanted === undefined || wanted.includes(id)),
    );
    const contestants = new Map<string, Side>();
    for (const { id } of able) contestants.set(id, await this.open(id));
    return contestants;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const side of this.#open.values()) await side[Symbol.asyncDispose]();
  }
}
