import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ApprovalDesk } from '../approval/desk.ts';
import type { ListedApproval } from '../approval/reading.ts';
import type { Execution, Handler } from '../request/context.ts';
import type { Cursors } from './keys.list.ts';

const defaultLimit = 100;

/** Requests that are read and decided about before others have their turn. */
const requestsPerTurn = 32;

/** Requests that one call looks at; a page may be shorter than its limit, or empty, and still have a next one. */
const requestsPerCall = 2048;

/** Says whether the caller may look at an approval request. */
export type MayLookAtApproval = (execution: Execution, listed: ListedApproval) => boolean;

export function createApprovalsList(
  desk: Pick<ApprovalDesk, 'list'>,
  mayLook: MayLookAtApproval,
  cursors: Cursors,
): Handler<'approvals.list'> {
  return async ({ state, cursor, limit = defaultLimit }, execution) => {
    const approvals: ListedApproval['approval'][] = [];
    let after = cursor === undefined ? undefined : cursors.open(cursor);
    for (let looked = 0; ; looked += requestsPerTurn) {
      if (looked > 0) await nextTurn();
      const query = {
        limit: requestsPerTurn,
        ...(state !== undefined && { state }),
        ...(after !== undefined && { after }),
      };
      const page = await desk.list(query);
      const seen = page.approvals.filter((listed) => mayLook(execution, listed)).map(({ approval }) => approval);
      approvals.push(...seen.slice(0, limit - approvals.length));
      const isCut = approvals.length === limit;
      after = isCut ? approvals.at(-1)?.id : page.next;
      // A full page may be the last one: the next is then empty.
      if (isCut || after === undefined || looked + requestsPerTurn >= requestsPerCall) break;
    }
    return { approvals, ...(after !== undefined && { nextCursor: cursors.seal(after) }) };
  };
}
