import { type CommandDescription, connected } from '../command.ts';
import { pairs } from '../named-key.ts';

export const keystoreVerify: CommandDescription = {
  usage: 'verify',
  summary: 'Check the whole keystore: its file, its authenticated tree, every row and every seal.',
  examples: `
# While the sidecar goes on
ferrohsm keystore verify`,
  action: connected(async ({ sidecar, output }) => {
    const { rows, root } = await sidecar.system.verifyKeystore();
    await output.result(
      { rows, root },
      pairs([
        ['result', 'ok'],
        ['rows', String(rows)],
        ['state root', root],
      ]),
    );
  }),
};
