import { join, resolve } from 'node:path';
import type { ServeOptions } from '../serve-options.ts';
import {
  type ConfigFile,
  type ConfigPlaceOptions,
  configPlaces,
  type ReadConfigBytes,
  readConfigIfAny,
  requireSound,
} from './config-file.ts';
import { environmentLayer, fileLayer, flagLayer, type Given, type Layer, merged } from './config-layers.ts';
import { settings } from './settings.ts';

/** What the host says. */
export interface ConfigHost {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly read: ReadConfigBytes;
  /** Default places of the user. */
  readonly places: { readonly state: string; readonly config: string; readonly socket: string };
}

/** The configuration in force: flags over environment over file over defaults. */
export interface ServeConfig {
  readonly configFolder: string;
  readonly file: ConfigFile | undefined;
  /** Every setting that has a value, by its key. */
  readonly values: ReadonlyMap<string, Given>;
  /** The same as flags would have it. */
  readonly options: ServeOptions & { readonly state: string; readonly drain: number };
}

/**
 * @param flags as commander hands them over
 * @throws CliError 2, 66, 78; SidecarError `config_invalid`
 */
export function loadServeConfig(flags: ConfigPlaceOptions & object, host: ConfigHost): ServeConfig {
  const { environment, read, places } = host;
  const where = configPlaces(flags, environment, places.config);
  const file = readConfigIfAny(where, read);
  if (file !== undefined) requireSound(file);
  const said = merged([
    fileLayer(where.file, file?.document),
    environmentLayer(environment),
    flagLayer(flags as Readonly<Record<string, unknown>>),
  ]);
  const values = merged([defaultLayer(said, where.folder, host), said]);
  return { configFolder: where.folder, file, values, options: optionsOf(values) };
}

/** The defaults, of a whole only where nobody said anything of it. */
function defaultLayer(said: Layer, folder: string, { environment, places }: ConfigHost): Layer {
  const fallback = (value: unknown): Given => ({ value, origin: { from: 'default' } });
  const layer = new Map<string, Given>();
  for (const setting of settings) {
    if (setting.default !== undefined && setting.whole === undefined) layer.set(setting.key, fallback(setting.default));
  }
  layer.set('state', fallback(places.state));
  const isRootKeySaid = settings.some(
    ({ key, whole }) => whole === 'rootKey' && (said.get(key)?.value ?? false) !== false,
  );
  if (!isRootKeySaid) layer.set('rootKey.file', fallback(join(folder, 'root.key')));
  if (said.get('systemdSockets')?.value !== true) layer.set('sockets', defaultSocket(environment, places.socket));
  return layer;
}

function defaultSocket({ FERROHSM_SOCKET: named }: ConfigHost['environment'], path: string): Given {
  const value = [{ name: 'default', path: resolve(named ?? path) }];
  const origin =
    named === undefined ? ({ from: 'default' } as const) : ({ from: 'environment', name: 'FERROHSM_SOCKET' } as const);
  return { value, origin };
}

function optionsOf(values: ReadonlyMap<string, Given>): ServeConfig['options'] {
  const given = settings.flatMap(({ key, option }): [string, unknown][] => {
    const value = values.get(key)?.value;
    return value === undefined ? [] : [[option, value]];
  });
  return Object.fromEntries(given) as unknown as ServeConfig['options'];
}
