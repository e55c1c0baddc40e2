import { dirname, resolve } from 'node:path';
import { CliError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { parseSocket } from '../serve-options.ts';
import type { ConfigDocument } from './config-document.ts';
import { misfitsOf } from './config-misfits.ts';
import { configSchema, type SchemaNode, type Setting, settings } from './settings.ts';

/** Who said a value. */
export type Origin =
  | { readonly from: 'flag' | 'environment'; readonly name: string }
  | { readonly from: 'file'; readonly name: string; readonly line: number }
  | { readonly from: 'default' };

export interface Given {
  readonly value: unknown;
  readonly origin: Origin;
}

/** What one place says, by the key of each setting. */
export type Layer = ReadonlyMap<string, Given>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables with the same beginning that other parts of the command know. */
const otherVariables: ReadonlySet<string> = new Set(
  ['CONFIG', 'CONFIG_FILE', 'CONFIG_KEY', 'DEBUG', 'NODE', 'PROFILE', 'ROOT_KEY', 'SOCKET', 'TOKEN_FILE', 'URL'].map(
    (name) => `FERROHSM_${name}`,
  ),
);

/** What the command line says, as commander hands it over. */
export function flagLayer(options: Readonly<Record<string, unknown>>): Layer {
  const given = settings.flatMap((setting): [string, Given][] => {
    const value = options[setting.option];
    if (value === undefined) return [];
    const origin = { from: 'flag', name: setting.flag } as const;
    return [[setting.key, { value: readFlag(setting, value), origin }]];
  });
  return new Map(given);
}

/**
 * What the environment says: `true` or `false`, digits, a text; a list is JSON, or its one element.
 *
 * @throws CliError 78 for a value that does not fit, and for a name that is nearly one of these
 */
export function environmentLayer(environment: Environment): Layer {
  refuseNearNames(environment);
  const layer = new Map<string, Given>();
  for (const setting of settings) {
    const text = environment[setting.environment];
    if (text === undefined) continue;
    const value = readText(setting, text);
    const [misfit] = misfitsOf(nested(setting.key, value));
    if (misfit !== undefined) {
      throw new CliError(78, `${setting.environment}: ${misfit.reason}`, 'see: ferrohsm help environment');
    }
    layer.set(setting.key, { value, origin: { from: 'environment', name: setting.environment } });
  }
  return layer;
}

/** What a file says that fits the schema. Relative paths count from its folder. */
export function fileLayer(file: string, document: ConfigDocument | undefined): Layer {
  if (document === undefined) return new Map();
  const given = settings.flatMap((setting): [string, Given][] => {
    const path = setting.key.split('.');
    const [value, node] = path.reduce<[unknown, SchemaNode | undefined]>(
      ([at, schema], name) => [(at as Record<string, unknown> | undefined)?.[name], schema?.properties?.[name]],
      [document.value, configSchema],
    );
    if (value === undefined) return [];
    const { line } = document.placeOf(path);
    const placed = withPlaces(value, node, dirname(file));
    return [[setting.key, { value: placed, origin: { from: 'file', name: file, line } }]];
  });
  return new Map(given);
}

/** One over the other, the last wins; a setting of a whole takes its siblings with it. */
export function merged(layers: readonly Layer[]): Map<string, Given> {
  const all = new Map<string, Given>();
  for (const layer of layers) {
    const wholes = new Set(settings.flatMap(({ key, whole }) => (whole !== undefined && layer.has(key) ? whole : [])));
    for (const { key, whole } of settings) if (whole !== undefined && wholes.has(whole)) all.delete(key);
    for (const [key, given] of layer) all.set(key, given);
  }
  return all;
}

function refuseNearNames(environment: Environment): void {
  const known = settings.map(({ environment: name }) => name);
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('FERROHSM_') || known.includes(name) || otherVariables.has(name)) continue;
    const meant = nearest(
      name.slice('FERROHSM_'.length),
      known.map((one) => one.slice('FERROHSM_'.length)),
    );
    if (meant === undefined) continue;
    throw new CliError(78, `unknown environment variable ${name}`, `did you mean FERROHSM_${meant}?`);
  }
}

function readFlag({ kind }: Setting, value: unknown): unknown {
  if (kind === 'socket') return parseSocket(String(value));
  return kind === 'sockets' ? socketsOf([value].flat()) : value;
}

function readText({ kind }: Setting, text: string): unknown {
  switch (kind) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'number':
      return /^\d{1,15}$/.test(text) ? Number(text) : text;
    case 'list':
      return listOf(text);
    case 'socket':
      return parseSocket(text);
    case 'sockets':
      return socketsOf(listOf(text));
    case 'text':
      return text;
  }
}

function listOf(text: string): unknown[] {
  if (!text.startsWith('[')) return [text];
  try {
    return JSON.parse(text) as unknown[];
  } catch {
    return [text];
  }
}

function socketsOf(texts: readonly unknown[]): unknown[] {
  return texts.map((text) => (typeof text === 'string' ? parseSocket(text) : text));
}

function nested(key: string, value: unknown): unknown {
  return key.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
}

/** A copy whose relative paths are absolute. */
function withPlaces(value: unknown, node: SchemaNode | undefined, folder: string): unknown {
  if (node?.['x-path'] === true) return resolve(folder, String(value));
  if (Array.isArray(value)) return value.map((element) => withPlaces(element, node?.items, folder));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    withPlaces(member, node?.properties?.[name], folder),
  ]);
  return Object.fromEntries(members);
}
