import { encodeBase64url } from '../client/base64url.ts';
import { FerroHsmError } from '../errors.ts';
import { type AlgorithmIdentifierValue, algorithmIdentifier, foldName, readName } from './algorithm-name.ts';
import { cryptoKey } from './crypto-key.ts';
import {
  bufferSource,
  type Converter,
  copyBytes,
  domString,
  octet,
  uint8Array,
  unsignedLong,
  unsignedShort,
} from './web-idl.ts';

/** One member of a dictionary: `convert` runs when the member is read, `normalize` once all of them are read. */
export interface Member {
  readonly key: string;
  readonly required: boolean;
  convert(value: unknown, what: string): unknown;
  normalize(value: unknown): unknown;
}

/** Members in the order in which WebIDL reads them: inherited ones first, then by name. */
export type Dictionary = readonly Member[];

interface Kind<T> {
  readonly convert: Converter<T>;
  readonly normalize: (value: T) => unknown;
}

const bytes: Kind<Parameters<typeof copyBytes>[0]> = { convert: bufferSource, normalize: copyBytes };
const bigInteger: Kind<Uint8Array<ArrayBuffer>> = {
  convert: uint8Array,
  normalize: (value) => encodeBase64url(copyBytes(value)),
};
const hash: Kind<AlgorithmIdentifierValue> = { convert: algorithmIdentifier, normalize: hashName };

const asIs = <T>(value: T): T => value;
const text: Kind<string> = { convert: domString, normalize: asIs };
const key: Kind<CryptoKey> = { convert: cryptoKey, normalize: asIs };
const integer = (convert: Converter<number>): Kind<number> => ({ convert, normalize: asIs });

function member<T>(name: string, required: boolean, { convert, normalize }: Kind<T>): Member {
  return Object.freeze({ key: name, required, convert, normalize: normalize as Member['normalize'] });
}

const required = <T>(name: string, kind: Kind<T>): Member => member(name, true, kind);
const optional = <T>(name: string, kind: Kind<T>): Member => member(name, false, kind);
const dictionary = (...members: Member[]): Dictionary => Object.freeze(members);

export const algorithm = dictionary();
export const aesKeyGenParams = dictionary(required('length', integer(unsignedShort)));
export const aesCbcParams = dictionary(required('iv', bytes));
export const aesCtrParams = dictionary(required('counter', bytes), required('length', integer(octet)));
export const aeadParams = dictionary(
  optional('additionalData', bytes),
  required('iv', bytes),
  optional('tagLength', integer(octet)),
);
export const hmacParams = dictionary(required('hash', hash), optional('length', integer(unsignedLong)));
export const hmacKeyGenParams = dictionary(...hmacParams);
export const kmacKeyParams = dictionary(optional('length', integer(unsignedLong)));
export const kmacParams = dictionary(optional('customization', bytes), required('outputLength', integer(unsignedLong)));
export const rsaHashedKeyGenParams = dictionary(
  required('modulusLength', integer(unsignedLong)),
  required('publicExponent', bigInteger),
  required('hash', hash),
);
export const hashParams = dictionary(required('hash', hash));
export const rsaPssParams = dictionary(required('saltLength', integer(unsignedLong)));
export const rsaOaepParams = dictionary(optional('label', bytes));
export const ecKeyParams = dictionary(required('namedCurve', text));
export const keyDeriveParams = dictionary(required('public', key));
export const hkdfParams = dictionary(required('hash', hash), required('info', bytes), required('salt', bytes));
export const pbkdf2Params = dictionary(
  required('hash', hash),
  required('iterations', integer(unsignedLong)),
  required('salt', bytes),
);
export const argon2Params = dictionary(
  optional('associatedData', bytes),
  required('memory', integer(unsignedLong)),
  required('nonce', bytes),
  required('parallelism', integer(unsignedLong)),
  required('passes', integer(unsignedLong)),
  optional('secretValue', bytes),
  optional('version', integer(octet)),
);
export const contextParams = dictionary(optional('context', bytes));

const hashNames: ReadonlyMap<string, string> = new Map(
  ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512'].map((name) => [foldName(name), name]),
);

/** The registered name of a HashAlgorithmIdentifier. */
export function hashName(identifier: AlgorithmIdentifierValue): string {
  const name = readName(identifier);
  const registered = hashNames.get(name) ?? hashNames.get(foldName(name));
  if (registered === undefined) throw new FerroHsmError('not_supported', `hash ${JSON.stringify(name)}`);
  return registered;
}
