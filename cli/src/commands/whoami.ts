import { type CommandDescription, connected } from '../command.ts';
import { pairs } from '../named-key.ts';

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
    const { id, kind, roles, owner, credential } = result.principal;
    const text = pairs([
      ['principal', id],
      ['kind', kind],
      ['roles', roles.join(', ')],
      ['owner', owner ?? ''],
      ['credential', `${credential.kind} ${credential.subject}`],
      ['session', result.session],
    ]);
    await output.result(result, text);
  }),
};
