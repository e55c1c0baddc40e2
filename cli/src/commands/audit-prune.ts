import { type CommandDescription, connected } from '../command.ts';
import { wholeNumber } from '../option-values.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface AuditPruneOptions extends WaitOptions {
  readonly before?: number;
}

export const auditPrune: CommandDescription = {
  usage: 'prune',
  effect: 'weighty',
  summary: 'Remove records beyond their retention for good; proofs of the others still verify. Needs approval.',
  examples: `
# Export them first
ferrohsm audit export --until 2557d --format jsonl --output old-records.jsonl
ferrohsm audit prune --wait

# No further than what was exported
ferrohsm audit prune --before 100000`,
  options: (command) =>
    addWaitOption(
      command.option('--before <index>', 'only records below this index', wholeNumber(0, Number.MAX_SAFE_INTEGER)),
    ),
  action: connected<AuditPruneOptions>(async (context) => {
    const { before } = context.options;
    const minimumIndex = await clientsOf(context).audit.prune(before === undefined ? {} : { before });
    await context.output.result({ minimumIndex }, '');
    context.output.note(`the log begins with record ${minimumIndex}`);
  }),
};
