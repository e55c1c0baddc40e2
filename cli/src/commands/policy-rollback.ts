import { type ApprovalKeyOptions, addApprovalKeyOptions } from '../approval-key.ts';
import { type CommandDescription, connected } from '../command.ts';
import { wholeNumber } from '../option-values.ts';
import { policySignature } from '../policy-signature.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

const parseVersion = wholeNumber(1, Number.MAX_SAFE_INTEGER);

export const policyRollback: CommandDescription = {
  usage: 'rollback <version>',
  effect: 'weighty',
  summary: 'Put an earlier version in force again, as a new version. Needs the approval of other people.',
  examples: `
ferrohsm policy rollback 3 --key olga.key --wait`,
  options: (command) => addWaitOption(addApprovalKeyOptions(command)),
  action: connected<ApprovalKeyOptions & WaitOptions, [string]>(async (context, given) => {
    const version = parseVersion(given);
    const { text } = (await context.sidecar.policy.get(version)).policy;
    const signature = await policySignature(
      context.sidecar,
      { method: 'policy.rollback', params: { version }, text },
      context.options,
    );
    const policy = await clientsOf(context).policy.rollback(version, { signature });
    await context.output.result({ policy }, '');
    context.output.note(`version ${policy.version} of the policies is in force, the same as version ${version}`);
  }),
};
