import type { Sessions } from '../governance/sessions.ts';
import type { Handler } from '../request/context.ts';

export function createSessionList(sessions: Pick<Sessions, 'list'>): Handler<'session.list'> {
  return async () => ({ sessions: sessions.list() });
}
