import { type CommandDescription, local } from '../command.ts';
import { readProfiles } from '../profiles/profile-file.ts';

export const profileList: CommandDescription = {
  usage: 'list',
  summary: 'List the ways to sidecars that have names.',
  examples: `
ferrohsm profile list`,
  offline: true,
  action: local(async ({ output }) => {
    const profiles = readProfiles();
    const rows = Object.entries(profiles.profiles).map(([name, { socket, url, tokenFile }]) => [
      name === profiles.default ? `${name} (default)` : name,
      socket ?? url ?? '',
      tokenFile ?? '',
    ]);
    await output.table(profiles, ['NAME', 'SIDECAR', 'TOKEN FILE'], rows);
  }),
};
