import { type CommandDescription, connected } from '../command.ts';

export const approvalDeny: CommandDescription = {
  usage: 'deny <id>',
  effect: 'change',
  summary: 'Refuse a held operation for good.',
  examples: `
# With a reason for the record
ferrohsm approval deny apr_06ef... --reason 'not before the audit'`,
  options: (command) => command.option('--reason <text>', 'what the record and the requester are told'),
  action: connected<{ reason?: string }, [string]>(async ({ sidecar, options, output }, id) => {
    const { reason } = options;
    const approval = await sidecar.approvals.deny(id, reason === undefined ? {} : { reason });
    await output.result({ approval }, '');
    output.note(`denied ${id}`);
  }),
};
