import schema from '../../../schemas/config.json' with { type: 'json' };
import { type CommandDescription, local } from '../command.ts';

export const configSchemaCommand: CommandDescription = {
  usage: 'schema',
  summary: 'Print the JSON Schema of the configuration file, for editors and other programs.',
  examples: `
# An editor with a YAML language server completes and checks the file with it
ferrohsm config schema > ferrohsm.schema.json`,
  offline: true,
  action: local<object>(({ output }) => output.result(schema, JSON.stringify(schema, null, 2))),
};
