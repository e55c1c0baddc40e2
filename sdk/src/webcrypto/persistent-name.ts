import { FerroHsmError } from '../errors.ts';
import type { AlgorithmIdentifierValue } from './algorithm-name.ts';
import { domException } from './dom-error.ts';
import type { PersistentName } from './subtle-crypto-types.ts';
import { domString, isObject } from './web-idl.ts';

/** The `ferro` member of an algorithm, undefined where it has none. */
export function readPersistentName(identifier: AlgorithmIdentifierValue): PersistentName | undefined {
  const ferro = ferroMember(identifier);
  if (ferro === undefined) return undefined;
  if (!isObject(ferro)) throw new TypeError('algorithm.ferro is not an object');
  const { name, labels } = ferro as { name?: unknown; labels?: unknown };
  if (name === undefined) throw new TypeError('algorithm.ferro.name is required');
  const persistent = { name: domString(name, 'algorithm.ferro.name') };
  return labels === undefined ? persistent : { ...persistent, labels: readLabels(labels) };
}

/**
 * A key that would die with its connection is not made where a name was asked for.
 *
 * @throws FerroHsmError `not_supported` for an algorithm with a `ferro` member
 */
export function refusePersistentName(identifier: AlgorithmIdentifierValue): void {
  if (ferroMember(identifier) === undefined) return;
  throw new FerroHsmError('not_supported', 'only generateKey makes named keys: leave the member ferro out');
}

/** @throws DOMException NotAllowedError */
export function refuseExtractable(): never {
  const cause = new FerroHsmError('not_supported', 'a named key is never extractable: ask for extractable false');
  throw domException('NotAllowedError', cause);
}

/** Whether an argument is an algorithm that names a key of the sidecar. */
export function asksForPersistence(value: unknown): boolean {
  return isObject(value) && ferroMember(value) !== undefined;
}

function ferroMember(identifier: AlgorithmIdentifierValue): unknown {
  return typeof identifier === 'string' ? undefined : Reflect.get(identifier, 'ferro');
}

function readLabels(labels: unknown): PersistentName['labels'] & object {
  if (!isObject(labels)) throw new TypeError('algorithm.ferro.labels is not an object');
  const entries = Object.entries(labels);
  return Object.fromEntries(entries.map(([key, value]) => [key, domString(value, `algorithm.ferro.labels.${key}`)]));
}
