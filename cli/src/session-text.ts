import type { SessionInfo } from '@ferrohsm/sdk/node';
import { isoTime } from './named-key.ts';
import { table } from './table.ts';

/** Open connections, one a line. */
export function sessionTable(sessions: readonly SessionInfo[]): string {
  const rows = sessions.map(({ id, principal, credential, transport, openedAt, usedAt }) => [
    id,
    principal,
    credential,
    transport,
    isoTime(openedAt),
    isoTime(usedAt),
  ]);
  return table(['ID', 'PRINCIPAL', 'CREDENTIAL', 'TRANSPORT', 'OPENED', 'USED'], rows);
}
