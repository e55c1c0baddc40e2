import { type CommandDescription, connected } from '../command.ts';

export const discover: CommandDescription = {
  usage: 'discover',
  summary: 'Print the OpenRPC document of the running sidecar.',
  examples: `
# The names of all methods
ferrohsm discover | jq -r '.methods[].name'`,
  action: connected(async ({ sidecar, output }) => {
    const document = await sidecar.system.discover();
    await output.result(document, JSON.stringify(document, null, 2));
  }),
};
