import { type CommandDescription, connected } from '../command.ts';

export const sessionRevoke: CommandDescription = {
  usage: 'revoke <id>',
  effect: 'weighty',
  summary: 'End a connection; nothing more is answered on it.',
  examples: `
ferrohsm session revoke ssn_AbCdEfGhIjKlMnOp`,
  action: connected<object, [string]>(async ({ sidecar, output }, id) => {
    await sidecar.sessions.revoke(id);
    await output.result({}, '');
    output.note(`ended ${id}`);
  }),
};
