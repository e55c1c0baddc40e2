import type { BreakGlass } from '@ferrohsm/sdk/node';
import { type CommandDescription, connected } from '../command.ts';
import { isoTime } from '../named-key.ts';

export const breakGlassList: CommandDescription = {
  usage: 'list',
  summary: 'List emergency sessions and their reviews.',
  examples: `
ferrohsm break-glass list`,
  action: connected(async ({ sidecar, output }) => {
    const breakGlasses = await sidecar.breakGlass.list();
    await output.table({ breakGlasses }, heading, breakGlasses.map(row));
    if (breakGlasses.length === 0) output.note('no emergency sessions');
  }),
};

const heading = ['ID', 'PRINCIPAL', 'OPENED', 'TICKET', 'REASON', 'REVIEW'];

function row({ id, principal, openedAt, ticket, reason, review }: BreakGlass): string[] {
  return [id, principal, isoTime(openedAt), ticket, reason, review ? `${review.person}: ${review.findings}` : 'open'];
}
