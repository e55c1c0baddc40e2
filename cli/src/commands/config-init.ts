import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { addForceOption } from '../bytes-options.ts';
import { type CommandDescription, local } from '../command.ts';
import type { ConfigPlaceOptions } from '../config/config-file.ts';
import { configHost } from '../config/config-host.ts';
import { refuseToReplace, unwritable, writeOutputFile } from '../output-file.ts';

interface ConfigInitOptions extends ConfigPlaceOptions {
  readonly force?: boolean;
}

export const configInit: CommandDescription = {
  usage: 'init',
  summary: 'Write a configuration file that says nothing yet: every setting as a comment that explains it.',
  examples: `
# ferrohsm.yaml in the config folder
ferrohsm config init

# Elsewhere
ferrohsm config init --config-file ./ferrohsm.yaml`,
  offline: true,
  options: (command) =>
    addForceOption(
      command
        .option('--config <folder>', 'folder of the file (FERROHSM_CONFIG)')
        .option('--config-file <file>', 'the file, when it is elsewhere (FERROHSM_CONFIG_FILE)'),
    ),
  action: local<ConfigInitOptions>(async ({ options, output }) => {
    const [{ environment, places }, { configPlaces }, { configTemplate }] = await Promise.all([
      configHost(),
      import('../config/config-file.ts'),
      import('../config/config-template.ts'),
    ]);
    const { file } = configPlaces(options, environment, places.config);
    refuseToReplace(file, options);
    makeFolder(dirname(file));
    writeOutputFile(file, Buffer.from(configTemplate()), { secret: true, force: options.force });
    await output.result({ file }, file);
    output.note('everything in it is a comment: take the mark away where you want another value');
  }),
};

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unwritable(folder, error);
  }
}
