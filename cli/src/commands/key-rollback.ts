import { type CommandDescription, connected } from '../command.ts';
import { usageError } from '../errors.ts';
import { clientsOf } from '../wait-option.ts';
import { addOverlapOptions, type OverlapOptions, overlapOf } from './key-rotate.ts';

export const keyRollback: CommandDescription = {
  usage: 'rollback <name> <version>',
  effect: 'weighty',
  summary: 'Make the next version of a key from the secret of an earlier one. Needs the approval of other people.',
  examples: `
# The partner does not know version 3 yet
ferrohsm key rollback payments/signing 2 --reason "partner not ready" --wait`,
  options: addOverlapOptions,
  action: connected<OverlapOptions, [string, string]>(async (context, name, version) => {
    if (!/^[1-9]\d{0,8}$/.test(version))
      throw usageError(`not a version: ${version}`, 'look at: ferrohsm key show NAME');
    const { record } = await clientsOf(context).keys.rollback(name, Number(version), overlapOf(context.options));
    await context.output.result({ record }, '');
    context.output.note(`${record.name} has version ${record.versions.length}, a copy of version ${version}`);
  }),
};
