import { type CommandDescription, connected } from '../command.ts';
import { CliError } from '../errors.ts';
import { wholeNumber } from '../option-values.ts';
import { confirm } from '../terminal.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface AuditPruneOptions extends WaitOptions {
  readonly before?: number;
  readonly yes?: boolean;
}

export const auditPrune: CommandDescription = {
  usage: 'prune',
  summary: 'Remove records beyond their retention for good; proofs of the others still verify. Needs approval.',
  examples: `
# Export them first
ferrohsm audit export --until 2557d --format jsonl --output old-records.jsonl
ferrohsm audit prune --wait

# No further than what was exported
ferrohsm audit prune --before 100000`,
  options: (command) =>
    addWaitOption(
      command
        .option('--before <index>', 'only records below this index', wholeNumber(0, Number.MAX_SAFE_INTEGER))
        .option('--yes', 'do not ask'),
    ),
  action: connected<AuditPruneOptions>(async (context) => {
    const { before, yes } = context.options;
    const records = before === undefined ? 'records' : `records below ${before}`;
    if (!yes && !confirm(`Remove all ${records} that are beyond the retention, for good?`)) {
      throw new CliError(1, 'nothing was removed');
    }
    const minimumIndex = await clientsOf(context).audit.prune(before === undefined ? {} : { before });
    await context.output.result({ minimumIndex }, '');
    context.output.note(`the log begins with record ${minimumIndex}`);
  }),
};
