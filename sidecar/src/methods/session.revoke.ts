import { SidecarError } from '../errors.ts';
import type { Sessions } from '../governance/sessions.ts';
import type { Handler } from '../request/context.ts';

export function createSessionRevoke(sessions: Pick<Sessions, 'end'>): Handler<'session.revoke'> {
  return async ({ session }) => {
    if (sessions.end(({ id }) => id === session) === 0) throw new SidecarError('not_found', session);
    return {};
  };
}
