import { type ConfigMisfit, validateConfig } from '../generated/config-validator.js';
import { nearest } from '../nearest.ts';
import type { ConfigPath } from './config-document.ts';
import { configSchema, type SchemaNode, settings } from './settings.ts';

/** A value that does not fit the schema of the configuration. It is not told itself: it may be a misplaced secret. */
export interface Misfit {
  /** Where it is; for an unknown name, where that is. */
  readonly path: ConfigPath;
  readonly isName: boolean;
  readonly reason: string;
  readonly hint?: string;
}

/** Every value and name that does not fit schemas/config.json. */
export function misfitsOf(value: unknown): Misfit[] {
  if (validateConfig(value)) return [];
  return (validateConfig.errors ?? []).map((misfit) => {
    const path = pathOf(misfit.instancePath, value);
    return misfit.keyword === 'additionalProperties'
      ? unknownName(path, String(misfit.params.additionalProperty))
      : { path, isName: false, reason: reasonOf(misfit, path) };
  });
}

/** As the file writes it: `sockets[0].mode`. */
export function keyOf(path: ConfigPath): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return steps.join('').replace(/^\./, '') || 'the file';
}

function pathOf(pointer: string, value: unknown): ConfigPath {
  const path: (string | number)[] = [];
  let at = value;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(at) ? Number(name) : name);
    at = (at as Record<string, unknown>)[name];
  }
  return path;
}

const secretWords = /passphrase|passw|secret|token|pin$|^key$|privatekey/i;

function unknownName(container: ConfigPath, name: string): Misfit {
  const path = [...container, name];
  const siblings = Object.keys(nodeAt(container)?.properties ?? {});
  const meant =
    nearest(name, siblings) ??
    siblings.find((sibling) => name.length > 2 && sibling.startsWith(name)) ??
    settings.find(({ key }) => key.split('.').at(-1) === name)?.key;
  const hint = meant === undefined ? secretHint(name) : `did you mean ${meant}?`;
  return { path, isName: true, reason: `unknown key ${keyOf(path)}`, ...(hint && { hint }) };
}

function secretHint(name: string): string | undefined {
  return secretWords.test(name) ? 'secrets never stand in this file: name what holds them' : undefined;
}

function reasonOf({ keyword, message = 'does not fit', params }: ConfigMisfit, path: ConfigPath): string {
  const key = keyOf(path);
  const node = nodeAt(path);
  switch (keyword) {
    case 'type':
      return `${key} must be ${[params.type].flat().map(kindName).join(' or ')}`;
    case 'enum':
      return `${key} must be one of ${node?.enum?.join(', ')}`;
    case 'pattern':
      return node?.['x-form'] === undefined ? `${key} is empty` : `${key} must be ${node['x-form']}`;
    case 'required':
      return `${key} needs ${String(params.missingProperty)}`;
    case 'minItems':
      return `${key} is empty`;
    default:
      return `${key} ${message}`;
  }
}

const kindNames: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  object: 'a mapping',
  string: 'a text',
};

function kindName(type: unknown): string {
  return kindNames[String(type)] ?? String(type);
}

function nodeAt(path: ConfigPath): SchemaNode | undefined {
  let node: SchemaNode | undefined = configSchema;
  for (const step of path) node = typeof step === 'number' ? node?.items : node?.properties?.[step];
  return node;
}
