import { type MoveOptions, moveCommand } from '../key-move.ts';

interface CompromiseOptions extends MoveOptions {
  readonly reason: string;
}

export const keyCompromise = moveCommand<CompromiseOptions>({
  verb: 'compromise',
  summary: 'Mark a key as compromised, for good. What it protected is read only with approval, each time.',
  examples: `
# The secret was seen where it must not be
ferrohsm key compromise payments/signing --reason "found in a core dump"`,
  done: 'compromised',
  reasonRequired: true,
  isFinal: true,
  move: (keys, name, change, { reason }) => keys.compromise(name, { ...change, reason }),
});
