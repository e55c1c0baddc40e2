import { approvalText } from '../approval-text.ts';
import { type CommandDescription, connected } from '../command.ts';

export const approvalShow: CommandDescription = {
  usage: 'show <id>',
  summary: 'Show a held operation in words, and what people said.',
  examples: `
# For people
ferrohsm approval show apr_06ef...

# With the evidence, to be checked elsewhere
ferrohsm approval show apr_06ef... --json > approval.json`,
  action: connected<object, [string]>(async ({ sidecar, output }, id) => {
    const approval = await sidecar.approvals.get(id);
    await output.result({ approval }, approvalText(approval));
  }),
};
