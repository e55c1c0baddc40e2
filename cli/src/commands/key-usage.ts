import { type CommandDescription, connected } from '../command.ts';
import { usageHeading, usageRows } from '../usage-text.ts';

export const keyUsage: CommandDescription = {
  usage: 'usage <name>',
  summary: 'How often each version of a key was used, on how much data, and when last.',
  examples: `
# For people
ferrohsm key usage payments/signing

# For a script
ferrohsm key usage payments/signing --json`,
  action: connected<object, [string]>(async ({ sidecar, output }, name) => {
    const versions = await sidecar.keys.usage(name);
    await output.table({ versions }, usageHeading, usageRows(versions));
  }),
};
