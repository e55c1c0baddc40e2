import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { profilesPath, writeProfileFile } from '../profiles/profile-file.ts';
import { type ThemeName, themeNames } from './theme.ts';

/** What is kept from one start to the next. */
export interface Settings {
  readonly theme: ThemeName;
}

const defaults: Settings = Object.freeze({ theme: 'dark' });

/** Beside the profiles: `$XDG_CONFIG_HOME/ferrohsm/top.json`. */
export function settingsPath(): string {
  return join(dirname(profilesPath()), 'top.json');
}

/** Nothing depends on them: a file that is missing or not understood counts as none. */
export function readSettings(path = settingsPath()): Settings {
  try {
    const { theme } = JSON.parse(readFileSync(path, 'utf8')) as { theme?: unknown };
    return { theme: themeNames.find((name) => name === theme) ?? defaults.theme };
  } catch {
    return defaults;
  }
}

/** @throws CliError 73 */
export function writeSettings(settings: Settings, path = settingsPath()): void {
  writeProfileFile(path, settings);
}
