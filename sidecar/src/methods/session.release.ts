import type { Handler } from '../request/context.ts';

export function createSessionRelease(): Handler<'session.release'> {
  return async ({ handles }, { session }) => ({ released: session.keys.release(handles) });
}
