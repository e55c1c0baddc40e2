import { type ApprovalKeyOptions, addApprovalKeyOptions } from '../approval-key.ts';
import { type CommandDescription, connected } from '../command.ts';
import { policyText } from '../policy-input.ts';
import { policySignature } from '../policy-signature.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const policyLoad: CommandDescription = {
  usage: 'load [file]',
  summary: 'Put policies in force, signed by your approval key. Needs the approval of other people.',
  examples: `
# Asks for approvals; the same command again puts them in force
ferrohsm policy load policy.cedar --key olga.key

# Waits for the others
ferrohsm policy load policy.cedar --key olga.key --wait`,
  options: (command) => addWaitOption(addApprovalKeyOptions(command)),
  action: connected<ApprovalKeyOptions & WaitOptions, [string | undefined]>(async (context, file) => {
    const text = policyText(file);
    const signature = await policySignature(
      context.sidecar,
      { method: 'policy.load', params: { text }, text },
      context.options,
    );
    const policy = await clientsOf(context).policy.load(text, { signature });
    await context.output.result({ policy }, '');
    context.output.note(`version ${policy.version} of the policies is in force`);
  }),
};
