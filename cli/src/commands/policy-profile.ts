import { type CommandDescription, local } from '../command.ts';
import { usageError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { suggestion } from '../nearest.ts';

export const policyProfile: CommandDescription = {
  usage: 'profile <name>',
  summary: 'Print rules to add to the policies: minimum-strength-128, cnsa2, hybrid-only.',
  examples: `
# Only what CNSA 2.0 lists, from now on
{ ferrohsm policy show; ferrohsm policy profile cnsa2; } > policy.cedar
ferrohsm policy check policy.cedar`,
  offline: true,
  action: local<GlobalOptions, [string]>(async ({ output }, name) => {
    const { policyProfiles } = await import('@ferrohsm/sidecar');
    const text = Object.entries(policyProfiles).find(([known]) => known === name)?.[1];
    if (text === undefined) {
      const names = Object.keys(policyProfiles);
      throw usageError(`no profile ${name}`, suggestion(name, names, `choose one of ${names.join(', ')}`));
    }
    await output.result({ name, text }, text);
  }),
};
