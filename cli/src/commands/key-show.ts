import { type CommandDescription, connected } from '../command.ts';
import { recordText } from '../named-key.ts';

export const keyShow: CommandDescription = {
  usage: 'show <name>',
  summary: 'Show a named key and its versions. NAME may be its id.',
  examples: `
# For people
ferrohsm key show payments/signing

# For a script
ferrohsm key show payments/signing --json`,
  action: connected<object, [string]>(async ({ sidecar, output }, name) => {
    const { record } = await sidecar.keys.get(name);
    const rotation = await sidecar.keys.rotation(record.id);
    await output.result({ record, ...(rotation && { rotation }) }, recordText(record, rotation));
  }),
};
