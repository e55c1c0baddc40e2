import { type CommandDescription, connected } from '../command.ts';

export const auditKeys: CommandDescription = {
  usage: 'keys',
  summary: 'Print the verifier keys of the log (C2SP signed-note), one a line.',
  examples: `
# Pin them once, where the sidecar's host cannot change them
ferrohsm audit keys > log.keys`,
  action: connected(async ({ sidecar, output }) => {
    const { keys } = sidecar.hello.log;
    await output.result({ keys }, keys.join('\n'));
  }),
};
