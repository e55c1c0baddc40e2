import { type CommandDescription, connected } from '../command.ts';
import { isoTime } from '../named-key.ts';

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
    const rows = versions.map(({ version, uses, bytes, usedAt }) => [
      String(version),
      String(uses),
      String(bytes),
      usedAt === undefined ? 'never' : isoTime(usedAt),
    ]);
    await output.table({ versions }, ['VERSION', 'USES', 'BYTES', 'LAST USED'], rows);
  }),
};
