import { type CommandDescription, connected } from '../command.ts';
import { isoTime } from '../named-key.ts';
import { table } from '../table.ts';

export const sessionList: CommandDescription = {
  usage: 'list',
  summary: 'List the open connections.',
  examples: `
ferrohsm session list`,
  action: connected(async ({ sidecar, output }) => {
    const sessions = await sidecar.sessions.list();
    const rows = sessions.map(({ id, principal, credential, transport, openedAt, usedAt }) => [
      id,
      principal,
      credential,
      transport,
      isoTime(openedAt),
      isoTime(usedAt),
    ]);
    await output.result({ sessions }, table(['ID', 'PRINCIPAL', 'CREDENTIAL', 'TRANSPORT', 'OPENED', 'USED'], rows));
  }),
};
