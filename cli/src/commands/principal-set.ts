import type { PrincipalRecord } from '@ferrohsm/sdk/node';
import { type CommandDescription, connected } from '../command.ts';
import { readJsonObject } from '../json-input.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const principalSet: CommandDescription = {
  usage: 'set [file]',
  effect: 'change',
  summary: 'Create or replace a principal by its JSON record. Needs the approval of other people.',
  examples: `
# A workload with a socket of its own
echo '{"id":"payments","kind":"workload","owner":"alice","roles":["Service"],"credentials":[{"socket":"payments"}]}' |
  ferrohsm principal set

# Change one: show, edit, set
ferrohsm principal show alice --json > alice.json
ferrohsm principal set alice.json --wait`,
  options: addWaitOption,
  action: connected<WaitOptions, [string | undefined]>(async (context, file) => {
    // The sidecar checks its shape.
    const record = readJsonObject(file) as unknown as PrincipalRecord;
    const principal = await clientsOf(context).principals.set(record);
    await context.output.result({ principal }, '');
    context.output.note(`set ${principal.id}`);
  }),
};
