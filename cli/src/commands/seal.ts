import { type CommandDescription, connected } from '../command.ts';

export const seal: CommandDescription = {
  usage: 'seal',
  effect: 'weighty',
  summary: 'Wipe all keys from the memory of the sidecar; nothing is answered until it is unsealed.',
  examples: `
# The emergency brake: no approval is needed, and it is on record
ferrohsm seal`,
  action: connected(async ({ sidecar, output }) => {
    await sidecar.system.seal();
    await output.result({ sealed: true }, 'sealed');
  }),
};
