import { type Approval, describeOperation } from '@ferrohsm/sdk/node';
import { isoTime, pairs } from './named-key.ts';

/** A request for approvals: what is asked, in words, and what people said. */
export function approvalText(approval: Approval): string {
  const { id, state, digest, needed, votes, operation } = approval;
  const rows: [string, string][] = [
    ['id', id],
    ['state', `${state}, ${consents(approval)} of ${needed} approvals`],
    ['digest', digest],
    ...votes.map(({ person, decision, time, reason }): [string, string] => [
      decision,
      `${person}, ${isoTime(time)}${reason === undefined ? '' : `: ${reason}`}`,
    ]),
  ];
  return [...describeOperation(operation), '', pairs(rows)].join('\n');
}

/** One line of a list. */
export function approvalRow(approval: Approval): string[] {
  const { id, state, needed, operation } = approval;
  const { method, requester, resource, expiresAt } = operation;
  return [id, state, `${consents(approval)}/${needed}`, requester, method, resource, isoTime(expiresAt)];
}

export const approvalHeading = ['ID', 'STATE', 'GIVEN', 'REQUESTER', 'OPERATION', 'RESOURCE', 'EXPIRES'];

function consents({ votes }: Approval): number {
  return votes.filter(({ decision }) => decision === 'approve').length;
}
