import type { PolicySimulateResult } from '@ferrohsm/sdk/node';
import { type CommandDescription, connected } from '../command.ts';
import { wholeNumber } from '../option-values.ts';
import { policyText } from '../policy-input.ts';

export const policySimulate: CommandDescription = {
  usage: 'simulate [file]',
  summary: 'Say which of the recorded requests policies would decide otherwise.',
  examples: `
# What would change for the last ten thousand requests?
ferrohsm policy simulate policy.cedar --requests 10000`,
  options: (command) =>
    command.option('--requests <count>', 'newest recorded requests to look at', wholeNumber(1, 10_000), 1000),
  action: connected<{ requests: number }, [string | undefined]>(async ({ sidecar, options, output }, file) => {
    const { requests } = options;
    const result = await sidecar.policy.simulate(policyText(file), { requests });
    await output.table(result, heading, result.changes.map(changeRow));
    output.note(`${result.changes.length} of ${result.looked} requests would be decided otherwise`);
  }),
};

const heading = ['INDEX', 'PRINCIPAL', 'OPERATION', 'RESOURCE', 'BEFORE', 'AFTER', 'POLICIES'];

function changeRow(change: PolicySimulateResult['changes'][number]): string[] {
  const { index, principal, operation, resource, before, after, policies } = change;
  return [String(index), principal, operation, resource, before, after, policies.join(',')];
}
