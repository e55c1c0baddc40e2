import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliError, systemCode } from '../errors.ts';
import { unreadable } from '../input.ts';
import { suggestion } from '../nearest.ts';
import { unwritable, writeOutputFile } from '../output-file.ts';

/** A way to one sidecar: by its Unix socket, or by a WebSocket with the file of a bearer token. */
export interface Profile {
  readonly socket?: string;
  readonly url?: string;
  /** Absolute path: the token itself is never in a profile. */
  readonly tokenFile?: string;
}

/** Ways to sidecars by their names. */
export interface Profiles {
  /** Name of the one that is used where nothing else is said. */
  readonly default?: string;
  readonly profiles: Readonly<Record<string, Profile>>;
}

const none: Profiles = Object.freeze({ profiles: Object.freeze({}) });
const profileMembers: ReadonlySet<string> = new Set(['socket', 'url', 'tokenFile']);

/** The user's own: `$XDG_CONFIG_HOME/ferrohsm/profiles.json`. */
export function profilesPath(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'ferrohsm', 'profiles.json');
}

/** @throws CliError 66, 78 */
export function readProfiles(path = profilesPath()): Profiles {
  const text = textOf(path);
  if (text === undefined) return none;
  const value = parsed(text);
  if (isProfiles(value)) return value;
  throw new CliError(78, `${path} does not hold profiles`, 'correct it, or remove it and set the profiles anew');
}

/** @throws CliError 73 */
export function writeProfiles(profiles: Profiles, path = profilesPath()): void {
  writeProfileFile(path, profiles);
}

/**
 * A file of the user's own, with the folder that it lies in.
 *
 * @throws CliError 73
 */
export function writeProfileFile(path: string, content: object): void {
  makeFolder(dirname(path));
  writeOutputFile(path, Buffer.from(`${JSON.stringify(content, null, 2)}\n`), { secret: true, force: true });
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unwritable(folder, error);
  }
}

/** @throws CliError 2 */
export function profileNamed({ profiles }: Profiles, name: string): Profile {
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile !== undefined) return profile;
  const names = Object.keys(profiles);
  const all = names.length === 0 ? 'set one: ferrohsm profile set NAME' : `there are ${names.join(', ')}`;
  throw new CliError(2, `no profile ${name}`, suggestion(name, names, all));
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProfiles(value: unknown): value is Profiles {
  if (!isObject(value) || !isObject(value.profiles)) return false;
  const { default: chosen, profiles } = value;
  const isDefault = chosen === undefined || (typeof chosen === 'string' && Object.hasOwn(profiles, chosen));
  return isDefault && Object.values(profiles).every(isProfile);
}

function isProfile(value: unknown): boolean {
  if (!isObject(value)) return false;
  const isKnown = Object.entries(value).every(
    ([name, member]) => profileMembers.has(name) && typeof member === 'string',
  );
  return isKnown && (value.socket === undefined) !== (value.url === undefined);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
