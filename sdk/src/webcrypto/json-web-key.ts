import { boolean, type Converter, domString, isObject, sequence } from './web-idl.ts';

type Members = readonly (readonly [name: string, convert: Converter<unknown>])[];

const strings = (...names: string[]): Members => names.map((name) => [name, domString]);

function dictionary(members: Members): Converter<Record<string, unknown>> {
  const sorted = members.toSorted(([left], [right]) => (left < right ? -1 : 1));
  return (value, what) => {
    if (value === undefined || value === null) return {};
    if (!isObject(value)) throw new TypeError(`${what} is not a dictionary`);
    const converted = sorted.flatMap(([name, convert]) => {
      const member: unknown = Reflect.get(value, name);
      return member === undefined ? [] : [[name, convert(member, `${what}.${name}`)] as const];
    });
    return Object.fromEntries(converted);
  };
}

const otherPrime = dictionary(strings('r', 'd', 't'));

const members = dictionary([
  ...strings('kty', 'use', 'alg', 'crv', 'x', 'y', 'd', 'n', 'e', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'pub', 'priv'),
  ['key_ops', sequence(domString)],
  ['ext', boolean],
  ['oth', sequence(otherPrime)],
]);

/** The dictionary JsonWebKey; bytes are not one. */
export const jsonWebKey: Converter<JsonWebKey> = (value, what) => {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) throw new TypeError(`${what} is not a JsonWebKey`);
  return members(value, what);
};

const secretMembers = ['d', 'k', 'priv'] as const;

export function isPublicJwk(jwk: JsonWebKey & { priv?: string }): boolean {
  return secretMembers.every((name) => jwk[name] === undefined);
}

export function encodeJwk(jwk: JsonWebKey): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(jwk));
}

export function decodeJwk(bytes: Uint8Array): JsonWebKey {
  return JSON.parse(new TextDecoder().decode(bytes));
}
