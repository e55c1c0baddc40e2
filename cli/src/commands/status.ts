import { type CommandDescription, connected } from '../command.ts';
import { statusText } from '../status-text.ts';

export const status: CommandDescription = {
  usage: 'status',
  summary: 'Say whether the sidecar runs, and its version and sizes.',
  examples: `
# Is it up? The exit status tells
ferrohsm status --quiet > /dev/null && echo up`,
  action: connected(async ({ sidecar, output }) => {
    const result = await sidecar.system.status();
    await output.result(result, statusText(result));
  }),
};
