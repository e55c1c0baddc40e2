import { type CommandDescription, connected } from '../command.ts';
import { wholeNumber } from '../option-values.ts';

interface PolicyShowOptions {
  readonly policyVersion?: number;
  readonly schema?: boolean;
}

export const policyShow: CommandDescription = {
  usage: 'show',
  summary: 'Print the policies in force (Cedar), or an earlier version.',
  examples: `
# To be edited
ferrohsm policy show > policy.cedar

# What changed
diff <(ferrohsm policy show --policy-version 3) <(ferrohsm policy show)

# The schema, for Cedar's own tools
ferrohsm policy show --schema > policy.cedarschema`,
  options: (command) =>
    command
      .option('--policy-version <n>', 'an earlier version', wholeNumber(1, Number.MAX_SAFE_INTEGER))
      .option('--schema', 'print the schema that policies are validated against instead'),
  action: connected<PolicyShowOptions>(async ({ sidecar, options, output }) => {
    const result = await sidecar.policy.get(options.policyVersion);
    const { version, loadedBy, source } = result.policy;
    await output.result(result, options.schema ? result.schema : result.policy.text);
    output.note(`version ${version}, ${loadedBy === undefined ? `from ${source}` : `loaded by ${loadedBy}`}`);
  }),
};
