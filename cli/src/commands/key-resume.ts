import { moveCommand } from '../key-move.ts';

export const keyResume = moveCommand({
  verb: 'resume',
  summary: 'Let a suspended key be used again.',
  examples: `
# The laptop was found
ferrohsm key resume payments/signing`,
  done: 'resumed',
  move: (keys, name, change) => keys.resume(name, change),
});
