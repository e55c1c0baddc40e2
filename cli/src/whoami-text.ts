import type { SessionWhoamiResult } from '@ferrohsm/sdk/node';
import { pairs } from './named-key.ts';

/** As whom the sidecar knows a connection, as lines of text. */
export function whoamiText({ principal, session }: SessionWhoamiResult): string {
  const { id, kind, roles, owner, credential } = principal;
  return pairs([
    ['principal', id],
    ['kind', kind],
    ['roles', roles.join(', ')],
    ['owner', owner ?? ''],
    ['credential', `${credential.kind} ${credential.subject}`],
    ['session', session],
  ]);
}
