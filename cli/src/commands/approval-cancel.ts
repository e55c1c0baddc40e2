import { type CommandDescription, connected } from '../command.ts';

export const approvalCancel: CommandDescription = {
  usage: 'cancel <id>',
  effect: 'change',
  summary: 'Take your own request back.',
  examples: `
ferrohsm approval cancel apr_06ef...`,
  action: connected<object, [string]>(async ({ sidecar, output }, id) => {
    const approval = await sidecar.approvals.cancel(id);
    await output.result({ approval }, '');
    output.note(`cancelled ${id}`);
  }),
};
