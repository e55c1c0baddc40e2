import { domString, isObject } from './web-idl.ts';

/** An AlgorithmIdentifier after its IDL conversion: object or DOMString. */
export type AlgorithmIdentifierValue = object | string;

/** The `name` member, read once. */
export function readName(identifier: AlgorithmIdentifierValue): string {
  if (typeof identifier === 'string') return identifier;
  const name: unknown = (identifier as { name?: unknown }).name;
  if (name === undefined) throw new TypeError('algorithm.name is required');
  return domString(name, 'algorithm.name');
}

export function algorithmIdentifier(value: unknown, what: string): AlgorithmIdentifierValue {
  return isObject(value) ? value : domString(value, what);
}

/**
 * The key under which a name is registered. ASCII letters only: toUpperCase() alone would take U+017F for an S.
 */
export function foldName(name: string): string {
  return name.replace(/[a-z]/g, (letter) => letter.toUpperCase());
}
