import { describeOperation, signApproval } from '@ferrohsm/sdk/node';
import { type ApprovalKeyOptions, addApprovalKeyOptions, readApprovalSigner } from '../approval-key.ts';
import { readRestoreRequest } from '../backup/restore-request.ts';
import { requireReadAgreement } from '../change/agreement.ts';
import { DryRunEnd } from '../change/dry-run.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';

interface ApproveRestoreOptions extends ApprovalKeyOptions, GlobalOptions {
  readonly person: string;
  readonly audience?: string;
}

export const backupApproveRestore: CommandDescription = {
  usage: 'approve-restore <request>',
  effect: 'weighty',
  summary: 'Consent, without any sidecar, to the restore that "backup restore --plan" wrote down. Prints the approval.',
  examples: `
# Shows the restore in words and asks first
ferrohsm backup approve-restore request.json --person bob --key bob.key > bob.json

# Only for a backup of the sidecar that you mean, by the origin of its log
ferrohsm backup approve-restore request.json --person bob --key bob.key --audience hsm.example/payments/audit > bob.json`,
  offline: true,
  options: (command) =>
    addApprovalKeyOptions(command)
      .requiredOption('--person <id>', 'your id among the people in the backup')
      .option(
        '--audience <origin>',
        'origin of the log of the sidecar that the backup is of (default: as the request says)',
      ),
  action: local<ApproveRestoreOptions, [string]>(async ({ options, output }, file) => {
    const request = readRestoreRequest(file);
    const { person, audience = request.operation.audience } = options;
    await requireReadAgreement(options, describeOperation(request.operation), `approve this as ${person}`);
    const { privateKey, publicKey } = readApprovalSigner(options);
    const evidence = await signApproval(request, privateKey, { person, audience, keyId: publicKey.id });
    if (options.dryRun) throw new DryRunEnd({ person, operation: request.operation }, [`approve this as ${person}`]);
    const vote = { person, decision: 'approve', time: Date.now(), keyId: publicKey.id, evidence } as const;
    const approval = { ...request, votes: [vote] };
    await output.result(approval, JSON.stringify(approval));
    output.note('bring this to where the backup is restored: --approval FILE');
  }),
};
