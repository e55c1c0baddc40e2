import type { Approval } from '@ferrohsm/sdk/node';
import { Option } from 'commander';
import { approvalHeading, approvalRow } from '../approval-text.ts';
import { type CommandDescription, connected } from '../command.ts';
import { gathered } from '../pages.ts';

interface ApprovalListOptions {
  readonly state?: Approval['state'];
}

const states: readonly Approval['state'][] = ['pending', 'approved', 'consumed', 'expired', 'denied', 'cancelled'];

export const approvalList: CommandDescription = {
  usage: 'list',
  summary: 'List operations held for approvals: those that you asked for and those that you may decide.',
  examples: `
# What waits for somebody
ferrohsm approval list --state pending

# The history, for a script
ferrohsm approval list --json`,
  options: (command) => command.addOption(new Option('--state <state>', 'only those in this state').choices(states)),
  action: connected<ApprovalListOptions>(async ({ sidecar, options, output }) => {
    const { state } = options;
    const approvals = await gathered(sidecar.approvals.list(state && { state }));
    await output.table({ approvals }, approvalHeading, approvals.map(approvalRow));
    if (approvals.length === 0) output.note('no approval requests');
  }),
};
