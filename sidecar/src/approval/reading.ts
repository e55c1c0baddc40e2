import { SidecarError } from '../errors.ts';
import type { Approval } from '../generated/types.ts';
import type { DeskParts } from './desk-parts.ts';
import { type ApprovalSubject, isOpenState, type StoredApproval } from './stored-approval.ts';

/** An approval request, and what says who may see it. */
export interface ListedApproval {
  readonly approval: Approval;
  readonly subject: ApprovalSubject;
}

export interface ListQuery {
  readonly state?: Approval['state'];
  /** Only ids behind this one. */
  readonly after?: string;
  /** Requests to look at; fewer may fit. */
  readonly limit: number;
}

export interface ApprovalPage {
  /** In the order of their times. */
  readonly approvals: readonly ListedApproval[];
  /** To go on from; undefined at the end. */
  readonly next?: string;
}

export interface Reading {
  get(id: string): Promise<Approval | undefined>;
  /** What policies are asked about. */
  subject(id: string): Promise<ApprovalSubject | undefined>;
  list(query: ListQuery): Promise<ApprovalPage>;
  /**
   * The approval once it is no longer pending, or as it is after the time.
   *
   * @throws SidecarError `not_found`, `rate_limited` when too many wait
   */
  wait(id: string, timeoutMs: number): Promise<Approval>;
}

export function createReading({ reader, events, now, show }: DeskParts): Reading {
  async function get(id: string): Promise<Approval | undefined> {
    const stored = await reader.get(id);
    return stored && show(stored);
  }

  /** Few of all requests are open: they are found without the history. */
  async function openPage(after: string, limit: number): Promise<StoredApproval[]> {
    const ids = (await reader.open()).map(({ id }) => id).filter((id) => id > after);
    const page = await Promise.all(
      ids
        .sort()
        .slice(0, limit)
        .map((id) => reader.get(id)),
    );
    return page.filter((stored) => stored !== undefined);
  }

  async function list({ state, after, limit }: ListQuery): Promise<ApprovalPage> {
    const isOpen = state !== undefined && isOpenState(state);
    const page = isOpen ? await openPage(after ?? '', limit) : await reader.page(after, limit);
    const listed = page.map((stored) => ({ approval: show(stored), subject: stored.subject }));
    const last = page.at(-1)?.approval.id;
    const approvals = listed.filter(({ approval }) => state === undefined || approval.state === state);
    return { approvals, ...(page.length === limit && last !== undefined && { next: last }) };
  }

  async function wait(id: string, timeoutMs: number): Promise<Approval> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const remainingMs = end - performance.now();
      const seen = events.last;
      const found = await reader.get(id);
      if (found === undefined) throw new SidecarError('not_found', id);
      const approval = show(found);
      if (approval.state !== 'pending' || remainingMs <= 0 || events.isClosed) return approval;
      // A step after the reading may have been told already.
      if (events.last === seen) await events.next(Math.min(remainingMs, approval.operation.expiresAt - now()), id);
    }
  }

  return { get, list, wait, subject: async (id) => (await reader.get(id))?.subject };
}
