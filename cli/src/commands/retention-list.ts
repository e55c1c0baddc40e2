import { type CommandDescription, connected } from '../command.ts';
import { retentionText } from '../retention-text.ts';

export const retentionList: CommandDescription = {
  usage: 'list',
  summary: 'List the retention classes.',
  examples: `
# For people
ferrohsm retention list

# For a script
ferrohsm retention list --json`,
  action: connected(async ({ sidecar, output }) => {
    const retentionClasses = await sidecar.retention.list();
    const rows = retentionClasses.map((each) => [each.name, retentionText(each)]);
    await output.table({ retentionClasses }, ['CLASS', 'KEYS ARE'], rows);
    if (rows.length === 0) output.note('no retention classes');
  }),
};
