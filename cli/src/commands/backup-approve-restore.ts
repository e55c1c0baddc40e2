import { describeOperation, signApproval } from '@ferrohsm/sdk/node';
import { type ApprovalKeyOptions, addApprovalKeyOptions, readApprovalSigner } from '../approval-key.ts';
import { readRestoreRequest } from '../backup/restore-request.ts';
import { type CommandDescription, local } from '../command.ts';
import { CliError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { confirm } from '../terminal.ts';

interface ApproveRestoreOptions extends ApprovalKeyOptions, GlobalOptions {
  readonly person: string;
  readonly audience?: string;
  readonly yes?: boolean;
}

export const backupApproveRestore: CommandDescription = {
  usage: 'approve-restore <request>',
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
      )
      .option('--yes', 'do not ask'),
  action: local<ApproveRestoreOptions, [string]>(async ({ options, output }, file) => {
    const request = readRestoreRequest(file);
    const { person, audience = request.operation.audience, yes } = options;
    // Standard output is for the result.
    process.stderr.write(`${describeOperation(request.operation).join('\n')}\n`);
    if (!yes && !confirm(`Approve this as ${person}?`)) throw new CliError(1, 'nothing was approved');
    const { privateKey, publicKey } = readApprovalSigner(options);
    const evidence = await signApproval(request, privateKey, { person, audience, keyId: publicKey.id });
    const vote = { person, decision: 'approve', time: Date.now(), keyId: publicKey.id, evidence } as const;
    const approval = { ...request, votes: [vote] };
    await output.result(approval, JSON.stringify(approval));
    output.note('bring this to where the backup is restored: --approval FILE');
  }),
};
