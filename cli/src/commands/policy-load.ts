import type { FerroHsm } from '@ferrohsm/sdk/node';
import { type ApprovalKeyOptions, addApprovalKeyOptions } from '../approval-key.ts';
import { type CommandDescription, connected } from '../command.ts';
import { CliError } from '../errors.ts';
import { policyText } from '../policy-input.ts';
import { policySignature } from '../policy-signature.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const policyLoad: CommandDescription = {
  usage: 'load [file]',
  effect: 'weighty',
  summary: 'Put policies in force, signed by your approval key. Needs the approval of other people.',
  examples: `
# Asks for approvals; the same command again puts them in force
ferrohsm policy load policy.cedar --key olga.key

# Waits for the others
ferrohsm policy load policy.cedar --key olga.key --wait`,
  options: (command) => addWaitOption(addApprovalKeyOptions(command)),
  action: connected<ApprovalKeyOptions & WaitOptions, [string | undefined]>(async (context, file) => {
    const text = policyText(file);
    await requireValid(context.sidecar, text);
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

/** Nobody is asked to approve what cannot be put in force. */
async function requireValid({ policy }: FerroHsm, text: string): Promise<void> {
  const { findings } = await policy.check(text);
  if (findings.length === 0) return;
  throw new CliError(65, 'the policies are not valid', 'what is wrong says: ferrohsm policy check');
}
