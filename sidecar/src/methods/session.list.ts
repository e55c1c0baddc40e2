import type { Handler } from '../request/context.ts';
import type { Sessions } from '../sessions.ts';

export function createSessionList(sessions: Pick<Sessions, 'list'>): Handler<'session.list'> {
  return async () => ({ sessions: sessions.list() });
}
