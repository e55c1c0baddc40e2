import { type CommandDescription, connected } from '../command.ts';
import { whoamiText } from '../whoami-text.ts';

export const whoami: CommandDescription = {
  usage: 'whoami',
  summary: 'Say as whom the sidecar knows you.',
  examples: `
# Over the default socket
ferrohsm whoami

# With a token, over WebSocket
ferrohsm whoami --url ws://127.0.0.1:4711 --token-file ~/.config/ferrohsm/token`,
  action: connected(async ({ sidecar, output }) => {
    const result = await sidecar.session.whoami();
    await output.result(result, whoamiText(result));
  }),
};
