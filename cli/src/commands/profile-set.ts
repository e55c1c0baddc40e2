import { resolve } from 'node:path';
import { DryRunEnd } from '../change/dry-run.ts';
import { type CommandDescription, local } from '../command.ts';
import { usageError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { readProfiles, writeProfiles } from '../profiles/profile-file.ts';

interface ProfileSetOptions extends GlobalOptions {
  readonly default?: boolean;
}

export const profileSet: CommandDescription = {
  usage: 'set <name>',
  effect: 'change',
  summary: 'Keep a way to a sidecar under a name, for --profile: its socket, or its URL and the file of a token.',
  examples: `
# A sidecar on another machine
ferrohsm profile set production --url wss://hsm.example:7420 --token-file ~/.config/ferrohsm/production.token

# What is used where nothing else is said
ferrohsm profile set local --socket /run/ferrohsm/ferrohsm.sock --default`,
  options: (command) => command.option('--default', 'use it where neither options nor environment name a sidecar'),
  action: local<ProfileSetOptions, [string]>(async ({ options, output }, name) => {
    const { socket, url, tokenFile } = options;
    if ((socket === undefined) === (url === undefined)) {
      throw usageError('a profile has a socket or a URL', 'add --socket PATH, or --url URL with --token-file FILE');
    }
    const present = readProfiles();
    const profile = {
      ...(socket !== undefined && { socket: resolve(socket) }),
      ...(url !== undefined && { url }),
      ...(tokenFile !== undefined && { tokenFile: resolve(tokenFile) }),
    };
    const profiles = { ...present.profiles, [name]: profile };
    if (options.dryRun) throw new DryRunEnd({ profile }, [`keep the profile ${name}, the way to ${socket ?? url}`]);
    writeProfiles({ ...present, ...(options.default && { default: name }), profiles });
    await output.result(profile, '');
    output.note(`set ${name}: ferrohsm --profile ${name} status`);
  }),
};
