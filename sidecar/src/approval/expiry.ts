import { approvalRow, closed, putApproval } from './approval-rows.ts';
import type { DeskParts } from './desk-parts.ts';
import { isOpenState } from './stored-approval.ts';

/** Closes what ran out; each is recorded and told of. */
export function createExpiry({ documents, reader, now, recorded, events }: DeskParts): () => Promise<number> {
  async function close(id: string): Promise<number> {
    const expired = await recorded('approvals.expire', { resource: id }, () =>
      documents.change((changes) => {
        const stored = approvalRow(changes, id);
        const { state, operation } = stored.approval;
        if (!isOpenState(state)) return { isClosed: false, subject: stored.subject };
        putApproval(changes, closed(stored, 'expired', operation.expiresAt));
        return { isClosed: true, subject: stored.subject };
      }),
    );
    if (!expired.isClosed) return 0;
    events.record({ kind: 'expired', approval: id }, expired.subject);
    return 1;
  }

  return async () => {
    const ids = (await reader.open()).filter(({ expiresAt }) => expiresAt <= now()).map(({ id }) => id);
    let count = 0;
    for (const id of ids) count += await close(id);
    return count;
  };
}
