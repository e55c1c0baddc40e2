import { type CommandDescription, local } from '../command.ts';
import { profileNamed, readProfiles, writeProfiles } from '../profiles/profile-file.ts';

export const profileRemove: CommandDescription = {
  usage: 'remove <name>',
  summary: 'Forget a way to a sidecar; the file of its token stays.',
  examples: `
ferrohsm profile remove production`,
  offline: true,
  action: local<object, [string]>(async ({ output }, name) => {
    const present = readProfiles();
    profileNamed(present, name);
    const { default: chosen, profiles } = present;
    const left = Object.fromEntries(Object.entries(profiles).filter(([each]) => each !== name));
    writeProfiles({ ...(chosen !== undefined && chosen !== name && { default: chosen }), profiles: left });
    await output.result({}, '');
    output.note(`removed ${name}`);
  }),
};
