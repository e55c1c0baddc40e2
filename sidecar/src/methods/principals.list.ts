import type { DirectoryHolder } from '../identity/directory-store.ts';
import type { Handler } from '../request/context.ts';

const defaultLimit = 100;

/** Pages through principals and groups together, in the order of their ids, which both share. */
export function createPrincipalsList(
  holder: Pick<DirectoryHolder, 'current' | 'governance'>,
): Handler<'principals.list'> {
  return async ({ cursor = '', limit = defaultLimit }) => {
    const { principals, groups } = holder.current;
    const isBehind = ({ id }: { id: string }) => id > cursor;
    const ids = [...principals.filter(isBehind), ...groups.filter(isBehind)].map(({ id }) => id).sort();
    const last = ids.length > limit ? ids[limit - 1] : undefined;
    const isOnPage = ({ id }: { id: string }) => id > cursor && (last === undefined || id <= last);
    return {
      principals: principals.filter(isOnPage),
      groups: groups.filter(isOnPage),
      governance: holder.governance,
      ...(last !== undefined && { nextCursor: last }),
    };
  };
}
