import { type CommandDescription, connected } from '../command.ts';
import { sessionTable } from '../session-text.ts';

export const sessionList: CommandDescription = {
  usage: 'list',
  summary: 'List the open connections.',
  examples: `
ferrohsm session list`,
  action: connected(async ({ sidecar, output }) => {
    const sessions = await sidecar.sessions.list();
    await output.result({ sessions }, sessionTable(sessions));
  }),
};
