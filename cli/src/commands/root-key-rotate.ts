import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const rootKeyRotate: CommandDescription = {
  usage: 'rotate',
  effect: 'weighty',
  summary:
    'Put the keystore under the next root key while the sidecar goes on. A key file makes it by itself, any other root key ' +
    'is prepared before. Needs the approval of other people.',
  examples: `
# A key file: then copy the new one to a safe place
ferrohsm root-key rotate --wait

# A passphrase: write the new one beside the file of the present one
(umask 077; systemd-ask-password > /etc/ferrohsm/passphrase.next)
ferrohsm root-key rotate --wait`,
  options: addWaitOption,
  action: connected<WaitOptions>(async (context) => {
    const { generation, notice } = await clientsOf(context).system.changeRootKey();
    await context.output.result({ generation, notice }, '');
    context.output.note(notice);
  }),
};
