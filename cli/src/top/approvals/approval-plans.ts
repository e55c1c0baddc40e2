import { type Approval, describeOperation } from '@ferrohsm/sdk/node';
import type { CommandDescription } from '../../command.ts';
import { approvalApprove } from '../../commands/approval-approve.ts';
import { approvalCancel } from '../../commands/approval-cancel.ts';
import { approvalDeny } from '../../commands/approval-deny.ts';
import type { CommandPlan } from '../commands/command-plan.ts';
import type { TopOptions } from '../host.ts';
import { line } from '../line.ts';

/** Consent with the person's own key, after one more look at what it is for. */
export function approvePlan(approval: Approval, person: string, options: TopOptions): CommandPlan {
  const { approvalKey, audience } = options;
  return {
    ...planOf(approvalApprove, approval),
    begin: { ...(approvalKey !== undefined && { key: approvalKey }), ...(audience !== undefined && { audience }) },
    fixed: { id: approval.id, yes: '' },
    without: ['passphraseFd'],
    warn: async () => ({ question: `Approve this as ${person}?`, about: wordsOf(approval) }),
  };
}

export function denyPlan(approval: Approval): CommandPlan {
  const warn = async () => ({ question: 'Refuse this for good?', about: wordsOf(approval) });
  return { ...planOf(approvalDeny, approval), warn };
}

export function cancelPlan(approval: Approval): CommandPlan {
  const warn = async () => ({ question: 'Take this request back?', about: wordsOf(approval) });
  return { ...planOf(approvalCancel, approval), warn };
}

function planOf(description: CommandDescription, { id }: Approval): CommandPlan {
  return { noun: 'approval', description, fixed: { id } };
}

function wordsOf({ operation }: Approval) {
  return describeOperation(operation).map((text) => line(text));
}
