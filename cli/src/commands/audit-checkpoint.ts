import { type CommandDescription, connected } from '../command.ts';

export const auditCheckpoint: CommandDescription = {
  usage: 'checkpoint',
  summary: 'Print a fresh signed checkpoint of the log (C2SP tlog-checkpoint).',
  examples: `
# Keep one where the sidecar's host cannot reach it: a later log that does not contain it was cut or forged
ferrohsm audit checkpoint > checkpoint.txt`,
  action: connected(async ({ sidecar, output }) => {
    const checkpoint = await sidecar.audit.checkpoint();
    await output.result({ checkpoint }, checkpoint.note);
  }),
};
