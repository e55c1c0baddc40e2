import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const rootKeyRotate: CommandDescription = {
  usage: 'rotate',
  summary:
    'Put the keystore under a new root key while the sidecar goes on. The new key takes the place of the file, the old one ' +
    'is erased. Needs the approval of other people.',
  examples: `
# Then copy the new root key to a safe place
ferrohsm root-key rotate --wait`,
  options: addWaitOption,
  action: connected<WaitOptions>(async (context) => {
    const generation = await clientsOf(context).system.changeRootKey();
    await context.output.result({ generation }, '');
    context.output.note('there is a new root key: copy it to a safe place now, without it every key is lost');
  }),
};
