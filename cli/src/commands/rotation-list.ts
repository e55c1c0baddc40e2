import { type CommandDescription, connected } from '../command.ts';
import { policyText } from '../rotation-text.ts';

export const rotationList: CommandDescription = {
  usage: 'list',
  summary: 'List the rotation policies.',
  examples: `
# For people
ferrohsm rotation list

# For a script
ferrohsm rotation list --json`,
  action: connected(async ({ sidecar, output }) => {
    const rotationPolicies = await sidecar.rotation.list();
    const rows = rotationPolicies.map((policy) => [policy.name, policyText(policy)]);
    await output.table({ rotationPolicies }, ['POLICY', 'ROTATION'], rows);
    if (rows.length === 0) output.note('no rotation policies');
  }),
};
