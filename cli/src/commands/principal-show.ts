import { type CommandDescription, connected } from '../command.ts';
import { CliError } from '../errors.ts';
import { gathered } from '../pages.ts';
import { principalText } from '../principal-text.ts';

export const principalShow: CommandDescription = {
  usage: 'show <id>',
  summary: 'Show a principal: roles, credentials, approval keys, limits.',
  examples: `
# For people
ferrohsm principal show alice

# To be edited and given to "principal set"
ferrohsm principal show alice --json > alice.json`,
  action: connected<object, [string]>(async ({ sidecar, output }, id) => {
    const principals = await gathered(sidecar.principals.list());
    const principal = principals.find((each) => each.id === id);
    if (principal === undefined) throw new CliError(5, `no such principal: ${id}`, 'see: ferrohsm principal list');
    const groups = await gathered(sidecar.principals.groups());
    await output.result(principal, principalText(principal, groups));
  }),
};
