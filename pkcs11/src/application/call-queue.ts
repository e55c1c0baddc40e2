import type { Request } from '../codec/messages.ts';
import type { CkUlong } from '../codec/ulong.ts';

/**
 * Calls of one session go one after the other, those of different sessions at the same time: the threads of an application
 * share one connection, and the client tells answers apart by their codes.
 */
export class CallQueue {
  readonly #last = new Map<CkUlong, Promise<void>>();

  /**
   * Work that waits for nothing is done at once, where nothing of its session is under way.
   *
   * @param work never rejects
   */
  run(request: Request, work: () => void | Promise<void>): void | Promise<void> {
    const session = sessionOf(request);
    const before = this.#last.get(session);
    const mine = before === undefined ? work() : before.then(work);
    return mine === undefined ? undefined : this.#until(session, mine);
  }

  async #until(session: CkUlong, mine: Promise<void>): Promise<void> {
    this.#last.set(session, mine);
    await mine;
    if (this.#last.get(session) === mine) this.#last.delete(session);
  }
}

/** No session has the handle 0: what concerns none of them is in one line as well. */
function sessionOf({ arguments: given }: Request): CkUlong {
  return (given as { readonly session?: CkUlong }).session ?? 0;
}
