import { moveCommand } from '../key-move.ts';

export const keyDeactivate = moveCommand({
  verb: 'deactivate',
  summary: 'End the life of a key: it decrypts and verifies what there is, and protects nothing new.',
  examples: `
# The whole key
ferrohsm key deactivate payments/signing

# Only what version 2 has replaced
ferrohsm key deactivate payments/signing --key-version 1`,
  done: 'deactivated',
  isFinal: true,
  move: (keys, name, change) => keys.deactivate(name, change),
});
