import { type CommandDescription, local } from '../command.ts';
import { configHost } from '../config/config-host.ts';
import { addServeOptions } from '../serve-flags.ts';

export const configShow: CommandDescription = {
  usage: 'show',
  summary: 'Print the configuration that "ferrohsm serve" would start with: file, environment, flags and defaults.',
  examples: `
# Which line, variable or flag says it
ferrohsm config show --origin

# With flags that are to be added
ferrohsm config show --session-idle 900`,
  offline: true,
  options: (command) => {
    addServeOptions(command);
    command.option('--origin', 'say where each value comes from');
  },
  action: local<{ readonly origin?: boolean }>(async ({ options, output }) => {
    const [host, { loadServeConfig }, { configTable, shownSettings }] = await Promise.all([
      configHost(),
      import('../config/serve-config.ts'),
      import('../config/config-table.ts'),
    ]);
    const config = loadServeConfig(options, host);
    const { configFolder, file } = config;
    const shown = shownSettings(config);
    const source = file && { path: file.path, sha256: file.sha256, signed: file.isSigned };
    await output.result(
      { configFolder, ...(source && { file: source }), settings: shown },
      configTable(shown, options.origin === true),
    );
    output.note(file === undefined ? `no file in ${configFolder}` : `${file.path}, SHA-256 ${file.sha256}`);
  }),
};
