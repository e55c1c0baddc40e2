import type { PolicyExplainParams } from '@ferrohsm/sdk/node';
import { Option } from 'commander';
import { type CommandDescription, connected } from '../command.ts';

type PolicyExplainOptions = Pick<PolicyExplainParams, 'key' | 'transport' | 'wrapping'>;

export const policyExplain: CommandDescription = {
  usage: 'explain <principal> <action>',
  summary: 'Say what the policies answer to a request, and which of them and why.',
  examples: `
# May payments sign with this key?
ferrohsm policy explain payments subtle.sign --key payments/signing

# How many must approve an export by alice?
ferrohsm policy explain alice keys.export --key vault/master

# And if it were wrapped?
ferrohsm policy explain alice keys.export --key vault/master --wrapping HPKE-MLKEM768-X25519`,
  options: (command) =>
    command
      .option('--key <name>', 'name or id of the key that is acted upon')
      .addOption(new Option('--transport <name>', 'how the request comes').choices(['unix', 'websocket', 'rest']))
      .option('--wrapping <name>', 'how a secret is wrapped that leaves (default none)'),
  action: connected<PolicyExplainOptions, [string, string]>(async ({ sidecar, options, output }, principal, action) => {
    const { key, transport, wrapping } = options;
    const circumstances = { ...(key && { key }), ...(transport && { transport }), ...(wrapping && { wrapping }) };
    const request = { principal, action, ...circumstances };
    const result = await sidecar.policy.explain(request);
    const { outcome, policies, reason } = result;
    const texts = policies.map(({ id, effect, text }) => `\n${id} (${effect}):\n${text}`);
    await output.result(result, [`${outcome}: ${reason}`, ...texts].join('\n'));
  }),
};
