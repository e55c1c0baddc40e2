import { requireAgreement } from '../change/agreement.ts';
import { DryRunEnd } from '../change/dry-run.ts';
import { type CommandDescription, local } from '../command.ts';
import { profileNamed, readProfiles, writeProfiles } from '../profiles/profile-file.ts';

export const profileRemove: CommandDescription = {
  usage: 'remove <name>',
  effect: 'weighty',
  summary: 'Forget a way to a sidecar; the file of its token stays.',
  examples: `
ferrohsm profile remove production`,
  offline: true,
  action: local<object, [string]>(async ({ options, output }, name) => {
    const present = readProfiles();
    const { socket, url } = profileNamed(present, name);
    const words = `forget the profile ${name}, the way to ${socket ?? url}`;
    if (options.dryRun) throw new DryRunEnd({ removed: name }, [words]);
    await requireAgreement(options, [`you are about to ${words}`]);
    const { default: chosen, profiles } = present;
    const left = Object.fromEntries(Object.entries(profiles).filter(([each]) => each !== name));
    writeProfiles({ ...(chosen !== undefined && chosen !== name && { default: chosen }), profiles: left });
    await output.result({}, '');
    output.note(`removed ${name}`);
  }),
};
