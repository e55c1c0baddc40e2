import type { ApprovalKey } from '@ferrohsm/sdk/node';
import { type CommandDescription, connected } from '../command.ts';
import { readJsonObject } from '../json-input.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const approverEnrol: CommandDescription = {
  usage: 'enrol <person> [file]',
  effect: 'change',
  summary: 'Enrol the public key by which a person approves. Needs the approval of other people.',
  examples: `
# What "approver create" printed
ferrohsm approver enrol bob bob.json --wait`,
  options: addWaitOption,
  action: connected<WaitOptions, [string, string | undefined]>(async (context, person, file) => {
    // The sidecar checks its shape.
    const key = readJsonObject(file) as unknown as ApprovalKey;
    const principal = await clientsOf(context).principals.enrolApprovalKey(person, key);
    await context.output.result({ principal }, '');
    context.output.note(`${person} can approve with ${key.id}`);
  }),
};
