import type { PolicyVersion } from '@ferrohsm/sdk/node';
import { type CommandDescription, connected } from '../command.ts';
import { isoTime } from '../named-key.ts';
import { gathered } from '../pages.ts';

export const policyHistory: CommandDescription = {
  usage: 'history',
  summary: 'List the versions of the policies, newest first.',
  examples: `
ferrohsm policy history`,
  action: connected(async ({ sidecar, output }) => {
    const versions = await gathered(sidecar.policy.history());
    await output.table({ versions }, heading, versions.map(versionRow));
  }),
};

const heading = ['VERSION', 'LOADED', 'BY', 'SOURCE', 'APPROVAL', 'SHA-256'];

function versionRow({ version, loadedAt, loadedBy, source, approval, sha256 }: PolicyVersion): string[] {
  return [String(version), isoTime(loadedAt), loadedBy ?? '-', source, approval ?? '-', sha256];
}
