import { moveCommand } from '../key-move.ts';

export const keyActivate = moveCommand({
  verb: 'activate',
  summary: 'Let a key be used that was created with --inactive.',
  examples: `
# The key of the new year
ferrohsm key activate tokens/2027`,
  done: 'activated',
  move: (keys, name, change) => keys.activate(name, change),
});
