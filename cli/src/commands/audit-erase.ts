import { type CommandDescription, connected } from '../command.ts';
import { CliError } from '../errors.ts';
import { isoTime } from '../named-key.ts';
import { moment } from '../option-values.ts';
import { confirm } from '../terminal.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface AuditEraseOptions extends WaitOptions {
  readonly before?: number;
  readonly yes?: boolean;
}

export const auditErase: CommandDescription = {
  usage: 'erase <principal>',
  summary:
    'Erase a person from the records of the log for good; it still verifies. Needs the approval of other people.',
  examples: `
# Everything that is not too new; what is left says the command
ferrohsm audit erase former-colleague --wait

# What is older
ferrohsm audit erase bob --before 90d`,
  options: (command) =>
    addWaitOption(
      command
        .option('--before <time>', 'only records of before: ISO 8601, or an age such as 90d', moment)
        .option('--yes', 'do not ask'),
    ),
  action: connected<AuditEraseOptions, [string]>(async (context, principal) => {
    const { before, yes } = context.options;
    const records = before === undefined ? 'records' : `records before ${isoTime(before)}`;
    if (!yes && !confirm(`Erase ${principal} from all ${records}, for good?`)) {
      throw new CliError(1, 'nothing was erased');
    }
    const { erased, endIndex } = await clientsOf(context).audit.erase(
      principal,
      before === undefined ? {} : { before },
    );
    await context.output.result({ erased, endIndex }, '');
    context.output.note(
      `erased ${principal} from ${erased} records below ${endIndex}; later ones may still be too new`,
    );
  }),
};
