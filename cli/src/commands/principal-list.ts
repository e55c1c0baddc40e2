import { type CommandDescription, connected } from '../command.ts';
import { gathered } from '../pages.ts';

export const principalList: CommandDescription = {
  usage: 'list',
  summary: 'List principals and groups.',
  examples: `
# Who there is
ferrohsm principal list

# All of it, for a script
ferrohsm principal list --json`,
  action: connected(async ({ sidecar, output }) => {
    const { governance } = await sidecar.principals.page({ limit: 1 });
    const principals = await gathered(sidecar.principals.list());
    const groups = await gathered(sidecar.principals.groups());
    const rows = [
      ...principals.map(({ id, kind, roles, disabled }) => [
        id,
        disabled ? `${kind}, disabled` : kind,
        roles.join(','),
      ]),
      ...groups.map(({ id, members, roles }) => [id, `group of ${members.length}`, roles.join(',')]),
    ];
    await output.table({ principals, groups, governance }, ['ID', 'KIND', 'ROLES'], rows);
    output.note(`governed by ${governance === 'file' ? 'principals.json' : 'records'}`);
  }),
};
