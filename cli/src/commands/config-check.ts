import { type CommandDescription, local } from '../command.ts';
import type { ConfigPlaceOptions } from '../config/config-file.ts';
import { configHost } from '../config/config-host.ts';
import { CliError } from '../errors.ts';
import { addConfigPlaceOptions } from '../serve-flags.ts';

export const configCheck: CommandDescription = {
  usage: 'check [file]',
  summary: 'Say what is wrong with a configuration file without starting anything; exit status 78 when something is.',
  examples: `
# The file that "ferrohsm serve" would read
ferrohsm config check

# A draft, and whether it is signed
ferrohsm config check draft.yaml --config-key config.pub`,
  offline: true,
  options: addConfigPlaceOptions,
  action: local<ConfigPlaceOptions, [string | undefined]>(async ({ options, output }, file) => {
    const [host, { configPlaces, readConfig, findingText }, { loadServeConfig }, { requireTogether }] =
      await Promise.all([
        configHost(),
        import('../config/config-file.ts'),
        import('../config/serve-config.ts'),
        import('../sidecar-options.ts'),
      ]);
    const given = { ...options, ...(file !== undefined && { configFile: file }) };
    const found = readConfig(configPlaces(given, host.environment, host.places.config), host.read);
    const { path, sha256, isSigned, findings } = found;
    const lines = findings.map(({ hint, ...finding }) => findingText(path, finding) + (hint ? ` (${hint})` : ''));
    await output.result({ file: path, sha256, signed: isSigned, findings }, lines.join('\n'));
    if (findings.length > 0) throw new CliError(78, 'the configuration is not valid', 'correct what is listed');
    requireTogether(loadServeConfig(given, host));
    output.note(`the configuration is valid${isSigned ? ', and signed' : ''}`);
  }),
};
