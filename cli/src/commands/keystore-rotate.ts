import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const keystoreRotate: CommandDescription = {
  usage: 'rotate',
  effect: 'weighty',
  summary:
    'Seal everything under a new key encryption key and erase the secret of the earlier one: no copy of the store from ' +
    'before opens any more. Needs the approval of other people.',
  examples: `
# After somebody may have copied the state folder
ferrohsm keystore rotate --wait`,
  options: addWaitOption,
  action: connected<WaitOptions>(async (context) => {
    const generation = await clientsOf(context).system.rotateKeystore();
    await context.output.result({ generation }, '');
    context.output.note(`everything is sealed under key generation ${generation}`);
  }),
};
