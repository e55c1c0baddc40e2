import { describeOperation, signApproval } from '@ferrohsm/sdk/node';
import { type ApprovalKeyOptions, addApprovalKeyOptions, readApprovalSigner } from '../approval-key.ts';
import { requireReadAgreement } from '../change/agreement.ts';
import { type CommandDescription, connected } from '../command.ts';

interface ApprovalApproveOptions extends ApprovalKeyOptions {
  readonly audience?: string;
  readonly reason?: string;
}

export const approvalApprove: CommandDescription = {
  usage: 'approve <id>',
  effect: 'weighty',
  summary: 'Consent to one exact operation with your own key, which never leaves this command.',
  examples: `
# Shows the operation in words and asks first
ferrohsm approval approve apr_06ef... --key bob.key

# Only for the sidecar that you mean, by the origin of its log
ferrohsm approval approve apr_06ef... --key bob.key --audience hsm.example/payments/audit`,
  options: (command) =>
    addApprovalKeyOptions(command)
      .option('--audience <origin>', 'origin of the log of the sidecar (default: what the sidecar says)')
      .option('--reason <text>', 'what the record is to say'),
  action: connected<ApprovalApproveOptions, [string]>(async ({ sidecar, options, output }, id) => {
    const { audience = sidecar.hello.log.origin, reason } = options;
    const approval = await sidecar.approvals.get(id);
    const { principal } = await sidecar.session.whoami();
    await requireReadAgreement(options, describeOperation(approval.operation), `approve this as ${principal.id}`);
    const { privateKey, publicKey } = readApprovalSigner(options);
    const signer = { person: principal.id, audience, keyId: publicKey.id };
    const jws = await signApproval(approval, privateKey, signer);
    const after = await sidecar.approvals.approve(id, { jws }, reason === undefined ? {} : { reason });
    await output.result({ approval: after }, '');
    output.note(`approved ${id}, which is now ${after.state}`);
  }),
};
