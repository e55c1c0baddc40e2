import { type Approval, describeOperation } from '@ferrohsm/sdk/node';
import type { CommandDescription } from '../../command.ts';
import { approvalApprove } from '../../commands/approval-approve.ts';
import { approvalCancel } from '../../commands/approval-cancel.ts';
import { approvalDeny } from '../../commands/approval-deny.ts';
import type { CommandPlan } from '../commands/command-plan.ts';
import type { TopOptions } from '../host.ts';
import { line } from '../line.ts';

/** Consent with the person's own key. The command itself shows and asks: what is signed is what it has shown. */
export function approvePlan(approval: Approval, { approvalKey, audience }: TopOptions): CommandPlan {
  return {
    ...planOf(approvalApprove, approval),
    begin: { ...(approvalKey !== undefined && { key: approvalKey }), ...(audience !== undefined && { audience }) },
    without: ['yes', 'passphraseFd'],
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
