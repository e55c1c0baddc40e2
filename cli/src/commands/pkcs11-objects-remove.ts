import { randomUUID } from 'node:crypto';
import { type CommandDescription, connected } from '../command.ts';

export const pkcs11ObjectsRemove: CommandDescription = {
  usage: 'remove <id>',
  effect: 'weighty',
  summary: 'Remove an object that was stored through PKCS#11; the key that it is about stays.',
  examples: `
ferrohsm pkcs11 objects remove obj_AbCdEfGhIjKlMnOpQrStUv`,
  action: connected<object, [string]>(async ({ sidecar, output }, id) => {
    await sidecar.call('pkcs11Objects.remove', { id, requestId: randomUUID() });
    await output.result({ removed: id }, '');
    output.note(`removed ${id}`);
  }),
};
