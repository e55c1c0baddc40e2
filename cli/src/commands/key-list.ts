import type { KeyRecord, KeyState } from '@ferrohsm/sdk/node';
import { InvalidArgumentError } from 'commander';
import { type CommandDescription, connected } from '../command.ts';
import { algorithmText } from '../named-key.ts';
import { labelPair } from '../option-values.ts';

interface KeyListOptions {
  readonly prefix?: string;
  readonly algorithm?: string;
  readonly state?: KeyState;
  readonly label?: Record<string, string>;
}

export const keyList: CommandDescription = {
  usage: 'list',
  summary: 'List the named keys that you may see, in the order of their names.',
  examples: `
# All of them
ferrohsm key list

# What is still to be moved to post-quantum algorithms
ferrohsm key list --algorithm ECDSA --state active --label environment=production

# Those of one team, for a script
ferrohsm key list --prefix payments/ --json`,
  options: (command) =>
    command
      .option('--prefix <text>', 'only names that start with it')
      .option('--algorithm <name>', 'only keys whose newest version is of it, for example ML-DSA-65')
      .option('--state <state>', 'only keys whose newest version is in it, for example deactivated', stateName)
      .option('--label <name=value>', 'only keys that have it, more than once', labelPair),
  action: connected<KeyListOptions>(async ({ sidecar, options, output }) => {
    const records: KeyRecord[] = [];
    for await (const record of sidecar.keys.list(selectionOf(options))) records.push(record);
    await output.table({ records }, heading, records.map(rowOf));
    if (records.length === 0) output.note('no keys');
  }),
};

function selectionOf({ prefix, algorithm, state, label }: KeyListOptions) {
  return {
    ...(prefix !== undefined && { prefix }),
    ...(algorithm !== undefined && { algorithm }),
    ...(state !== undefined && { state }),
    ...(label !== undefined && { labels: label }),
  };
}

const states = [
  'pre-activation',
  'active',
  'suspended',
  'deactivated',
  'compromised',
  'pending-destruction',
  'destroyed',
] as const;

function stateName(text: string): KeyState {
  const found = states.find((state) => state === text);
  if (found === undefined) throw new InvalidArgumentError(`choose from ${states.join(', ')}.`);
  return found;
}

const heading = ['NAME', 'ALGORITHM', 'STATE', 'USAGES'];

function rowOf({ name, versions, usages }: KeyRecord): string[] {
  const newest = versions.at(-1);
  return [name, newest === undefined ? '' : algorithmText(newest), newest?.state ?? '', usages.join(',')];
}
