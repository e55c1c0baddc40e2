import type { Handler } from '../request/context.ts';

export function createSessionWhoami(): Handler<'session.whoami'> {
  return async (_params, { principal, session }) => ({ principal, session: session.id });
}
