import type { KeyRecord } from '@ferrohsm/sdk/node';
import { type CommandDescription, connected } from '../command.ts';
import { algorithmText } from '../named-key.ts';
import { table } from '../table.ts';

export const keyList: CommandDescription = {
  usage: 'list',
  summary: 'List the named keys that you may see, in the order of their names.',
  examples: `
# All of them
ferrohsm key list

# Those of one team, for a script
ferrohsm key list --prefix payments/ --json`,
  options: (command) => command.option('--prefix <text>', 'only names that start with it'),
  action: connected<{ prefix?: string }>(async ({ sidecar, options, output }) => {
    const records: KeyRecord[] = [];
    const { prefix } = options;
    for await (const record of sidecar.keys.list(prefix === undefined ? {} : { prefix })) records.push(record);
    await output.result({ records }, records.length === 0 ? '' : recordTable(records));
    if (records.length === 0) output.note('no keys');
  }),
};

function recordTable(records: readonly KeyRecord[]): string {
  const rows = records.map((record) => {
    const newest = record.versions.at(-1);
    return [
      record.name,
      newest === undefined ? '' : algorithmText(newest),
      newest?.state ?? '',
      record.usages.join(','),
    ];
  });
  return table(['NAME', 'ALGORITHM', 'STATE', 'USAGES'], rows);
}
