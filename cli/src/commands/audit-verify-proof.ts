import { type ReceiptReport, type VerifyReceiptOptions, verifyReceipt } from '@ferrohsm/sdk/node';
import { type CommandDescription, local } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { readInput } from '../input.ts';
import { reportText } from '../log-reading/report-text.ts';
import { addTrustOptions, readTrust, type TrustOptions } from '../log-reading/trust-options.ts';
import { readVerifiedState } from '../log-reading/verified-state-file.ts';

interface VerifyProofOptions extends GlobalOptions, TrustOptions {
  readonly state?: string;
}

const receiptLimitBytes = 1024 * 1024;

export const auditVerifyProof: CommandDescription = {
  usage: 'verify-proof <file>',
  summary: 'Verify the receipt of a record offline. Exit status 1 when it is not valid.',
  examples: `
# With the keys that were pinned once
ferrohsm audit verify-proof release.tlog-proof --key-file log.keys

# With a quorum of witnesses (C2SP tlog-policy)
ferrohsm audit verify-proof release.tlog-proof --policy log.policy --json`,
  offline: true,
  options: (command) =>
    addTrustOptions(command).option('--state <file>', 'of audit verify: follows the key rotations that it saw'),
  action: local<VerifyProofOptions, [string]>(async ({ options, output }, file) => {
    const report = await checked(readInput(file, receiptLimitBytes), await chosenTrust(options));
    await output.result(report, reportText(report));
    if (!report.ok) {
      throw new CliError(1, `the receipt is not valid: ${report.problems[0] ?? 'unknown reason'}`, 'do not rely on it');
    }
  }),
};

/** @throws CliError 2 for no key, 65 for a malformed file */
async function chosenTrust(options: VerifyProofOptions): Promise<VerifyReceiptOptions> {
  const trust = await readTrust(options);
  if (trust === undefined) {
    throw usageError('no key was given', 'name those of the log with --key, --key-file or --policy');
  }
  const { successions = [] } = (options.state && readVerifiedState(options.state)) || {};
  return { ...trust, successions };
}

/** Only what was given besides the receipt can be malformed. */
async function checked(receipt: Uint8Array, trust: VerifyReceiptOptions): Promise<ReceiptReport> {
  try {
    return await verifyReceipt(receipt, trust);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CliError(65, error.message, 'look at the policy and the state that were given');
  }
}
