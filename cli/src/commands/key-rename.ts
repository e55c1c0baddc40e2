import { type CommandDescription, connected } from '../command.ts';

export const keyRename: CommandDescription = {
  usage: 'rename <name> <new-name>',
  effect: 'change',
  summary: 'Rename a named key. Its id, its versions and what it encrypted stay good.',
  examples: `
# Move a key below a team
ferrohsm key rename signing payments/signing`,
  action: connected<object, [string, string]>(async ({ sidecar, output }, name, newName) => {
    const { record } = await sidecar.keys.rename(name, newName);
    await output.result({ record }, '');
    output.note(`renamed ${name} to ${record.name}`);
  }),
};
