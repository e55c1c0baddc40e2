import { methodLines } from '../generated/method-lines.ts';
import type { MethodName } from '../generated/types.ts';

/** Where a message holds bytes: here, public or secret, or in some of its members, `*` for each element of an array. */
export type Place = 'public' | 'secret' | ReadonlyMap<string, Place>;

/** What a client must know of a method besides its shapes. */
export interface MethodTraits {
  /** What a call does besides answering: a change of state, or the release of secret key material. */
  readonly effect: 'change' | 'release' | undefined;
  readonly params: Place;
  readonly result: Place;
}

const unremarkable: MethodTraits = { effect: undefined, params: new Map(), result: new Map() };
let table: ReadonlyMap<string, MethodTraits> | undefined;

export function methodTraits(method: MethodName): MethodTraits {
  table ??= new Map(methodLines.trim().split('\n').map(traitsOf));
  return table.get(method) ?? unremarkable;
}

function traitsOf(line: string): readonly [string, MethodTraits] {
  const [method = '', ...words] = line.split(' ');
  const effect = words.find((word) => word === 'change' || word === 'release');
  return [method, { effect, params: placeOf(words, '<'), result: placeOf(words, '>') }];
}

function placeOf(words: readonly string[], side: '<' | '>'): Place {
  const places: Places = new Map();
  for (const word of words) {
    if (!word.startsWith(side)) continue;
    const path = word.replace(/^.|!$/g, '').split('.');
    addPlace(places, path, word.endsWith('!') ? 'secret' : 'public');
  }
  return places;
}

type Places = Map<string, Place>;

function addPlace(places: Places, [member = '', ...rest]: readonly string[], kind: 'public' | 'secret'): void {
  if (rest.length === 0) {
    places.set(member, kind);
    return;
  }
  const inner = (places.get(member) as Places | undefined) ?? new Map();
  places.set(member, inner);
  addPlace(inner, rest, kind);
}
