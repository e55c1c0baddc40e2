import { type CommandDescription, connected } from '../command.ts';

export const breakGlassReview: CommandDescription = {
  usage: 'review <id>',
  effect: 'change',
  summary: 'Close an emergency session with what was found; not by the one who opened it.',
  examples: `
ferrohsm break-glass review bgl_AbCdEfGhIjKlMnOp --findings 'signed one payment run, as in INC-4711'`,
  options: (command) => command.requiredOption('--findings <text>', 'what was found'),
  action: connected<{ findings: string }, [string]>(async ({ sidecar, options, output }, id) => {
    const breakGlass = await sidecar.breakGlass.review(id, options.findings);
    await output.result({ breakGlass }, '');
    output.note(`reviewed ${id}`);
  }),
};
