import { moveCommand } from '../key-move.ts';

export const keySuspend = moveCommand({
  verb: 'suspend',
  summary: 'Stop a key for a while: it verifies and does nothing else.',
  examples: `
# Until somebody knows more
ferrohsm key suspend payments/signing --reason "laptop lost"`,
  done: 'suspended',
  move: (keys, name, change) => keys.suspend(name, change),
});
