import { methodLines } from '../generated/method-lines.ts';
import type { MethodName } from '../generated/types.ts';

/** Where a message holds bytes: member names from the root, `*` for each element of an array. */
export interface ByteField {
  readonly path: readonly string[];
  readonly secret: boolean;
}

/** What a client must know of a method besides its shapes. */
export interface MethodTraits {
  /** What a call does besides answering: a change of state, or the release of secret key material. */
  readonly effect: 'change' | 'release' | undefined;
  readonly params: readonly ByteField[];
  readonly result: readonly ByteField[];
}

const unremarkable: MethodTraits = { effect: undefined, params: [], result: [] };
let table: ReadonlyMap<string, MethodTraits> | undefined;

export function methodTraits(method: MethodName): MethodTraits {
  table ??= new Map(methodLines.trim().split('\n').map(traitsOf));
  return table.get(method) ?? unremarkable;
}

function traitsOf(line: string): readonly [string, MethodTraits] {
  const [method = '', ...words] = line.split(' ');
  const effect = words.find((word) => word === 'change' || word === 'release');
  return [method, { effect, params: byteFields(words, '<'), result: byteFields(words, '>') }];
}

function byteFields(words: readonly string[], side: '<' | '>'): readonly ByteField[] {
  return words
    .filter((word) => word.startsWith(side))
    .map((word) => ({ path: word.replace(/^.|!$/g, '').split('.'), secret: word.endsWith('!') }));
}
