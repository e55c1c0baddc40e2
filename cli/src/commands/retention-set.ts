import type { RetentionClass } from '@ferrohsm/sdk/node';
import { addYesOption } from '../change/effect.ts';
import { type CommandDescription, connected } from '../command.ts';
import { seconds } from '../option-values.ts';
import { retentionText } from '../retention-text.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface RetentionSetOptions extends WaitOptions {
  /** Seconds, as the grace. */
  readonly keep: number;
  readonly destroy?: boolean;
  readonly grace?: number;
}

export const retentionSet: CommandDescription = {
  usage: 'set <class>',
  effect: 'change',
  summary:
    'Say how long keys are kept after the end of their use. The class "default" is that of every key, any other that of ' +
    'the keys whose label "retention" names it; the longest counts. Needs the approval of other people.',
  examples: `
# Every key for a year, then destroyed by itself unless somebody objects within 30 days
ferrohsm retention set default --keep 365d --destroy

# Keys with the label retention=compliance.sox: seven years
ferrohsm retention set compliance.sox --keep 2555d`,
  options: (command) =>
    addWaitOption(
      addYesOption(command)
        .requiredOption('--keep <time>', 'from the end of its use, for example 365d', seconds)
        .option('--destroy', 'when nothing keeps a version any more, its destruction is scheduled by itself')
        .option('--grace <time>', 'for so long such a destruction can be taken back (default 30d)', seconds),
    ),
  action: connected<RetentionSetOptions, [string]>(async (context, name) => {
    const retentionClass = await clientsOf(context).retention.set(classOf(name, context.options));
    await context.output.result({ retentionClass }, '');
    context.output.note(`${name}: ${retentionText(retentionClass)}`);
  }),
};

function classOf(name: string, { keep, destroy = false, grace }: RetentionSetOptions): RetentionClass {
  return { name, keepSeconds: keep, destroys: destroy, ...(grace !== undefined && { graceSeconds: grace }) };
}
