import type { PolicyExplainParams } from '@ferrohsm/sdk/node';
import { Option } from 'commander';
import { type CommandDescription, connected } from '../command.ts';

type PolicyExplainOptions = Pick<PolicyExplainParams, 'key' | 'transport'>;

export const policyExplain: CommandDescription = {
  usage: 'explain <principal> <action>',
  summary: 'Say what the policies answer to a request, and which of them and why.',
  examples: `
# May payments sign with this key?
ferrohsm policy explain payments subtle.sign --key payments/signing

# How many must approve an export by alice?
ferrohsm policy explain alice keys.export --key vault/master`,
  options: (command) =>
    command
      .option('--key <name>', 'name or id of the key that is acted upon')
      .addOption(new Option('--transport <name>', 'how the request comes').choices(['unix', 'websocket'])),
  action: connected<PolicyExplainOptions, [string, string]>(async ({ sidecar, options, output }, principal, action) => {
    const { key, transport } = options;
    const request = { principal, action, ...(key && { key }), ...(transport && { transport }) };
    const result = await sidecar.policy.explain(request);
    const { outcome, policies, reason } = result;
    const texts = policies.map(({ id, effect, text }) => `\n${id} (${effect}):\n${text}`);
    await output.result(result, [`${outcome}: ${reason}`, ...texts].join('\n'));
  }),
};
