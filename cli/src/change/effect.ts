import { type Command, Option } from 'commander';

/** What a command does beside reading, computing and writing the files that it is told to write. */
export type Effect =
  /** It changes something: `--dry-run`. */
  | 'change'
  /** It destroys, weakens or binds, or cannot be undone: a person is asked before, and `--yes` answers in advance. */
  | 'weighty';

export interface ChangeOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function addEffectOptions(command: Command, effect: Effect): Command {
  if (effect === 'weighty') addYesOption(command);
  const dryRun = new Option('--dry-run', 'check all of it, and only say what would be done');
  // Nothing happens that a receipt could be of.
  return command.addOption(dryRun.conflicts('receipt'));
}

export function addYesOption(command: Command): Command {
  return command.option('--yes', 'do not ask; needed where there is no terminal');
}
