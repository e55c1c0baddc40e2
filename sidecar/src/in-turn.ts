/** Runs work one after the other. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** @example const inTurn = createInTurn(); await Promise.all([inTurn(first), inTurn(second)]); */
export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
