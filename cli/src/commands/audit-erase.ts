import { type CommandDescription, connected } from '../command.ts';
import { moment } from '../option-values.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface AuditEraseOptions extends WaitOptions {
  readonly before?: number;
}

export const auditErase: CommandDescription = {
  usage: 'erase <principal>',
  effect: 'weighty',
  summary:
    'Erase a person from the records of the log for good; it still verifies. Needs the approval of other people.',
  examples: `
# Everything that is not too new; what is left says the command
ferrohsm audit erase former-colleague --wait

# What is older
ferrohsm audit erase bob --before 90d`,
  options: (command) =>
    addWaitOption(command.option('--before <time>', 'only records of before: ISO 8601, or an age such as 90d', moment)),
  action: connected<AuditEraseOptions, [string]>(async (context, principal) => {
    const { before } = context.options;
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
