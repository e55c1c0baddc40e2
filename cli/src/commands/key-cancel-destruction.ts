import { moveCommand } from '../key-move.ts';

export const keyCancelDestruction = moveCommand({
  verb: 'cancel-destruction',
  summary: 'Take a scheduled destruction back. The key is in the state that it was in.',
  examples: `
# A mistake
ferrohsm key cancel-destruction payments/signing`,
  done: 'kept',
  move: (keys, name, change) => keys.cancelDestruction(name, change),
});
