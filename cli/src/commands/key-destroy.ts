import { type MoveOptions, moveCommand } from '../key-move.ts';
import { seconds } from '../option-values.ts';

interface DestroyOptions extends MoveOptions {
  /** Seconds. */
  readonly window?: number;
}

export const keyDestroy = moveCommand<DestroyOptions>({
  verb: 'destroy',
  summary:
    'Schedule the destruction of a deactivated or compromised key. Nobody can use it; it can be taken back for a while. ' +
    'Needs the approval of other people.',
  examples: `
# In seven days, unless somebody cancels it
ferrohsm key destroy payments/old --wait

# In 30 days
ferrohsm key destroy payments/old --window 30d`,
  done: 'to be destroyed',
  options: (command) => command.option('--window <time>', 'for so long it can be taken back (default 7d)', seconds),
  isFinal: true,
  move: (keys, name, change, { window }) =>
    keys.destroy(name, { ...change, ...(window !== undefined && { windowSeconds: window }) }),
});
