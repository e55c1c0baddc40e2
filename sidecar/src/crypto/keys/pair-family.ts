import type { KeyObject } from 'node:crypto';
import { SidecarError } from '../../errors.ts';
import type { KeyAlgorithm, KeyFormat, KeyType, KeyUsage } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { table } from '../operations/table.ts';
import type { KeyAttributes, StoredKey } from '../provider.ts';
import { exportAkp, importAkp } from './akp-jwk.ts';
import type { KeyFamily } from './key-family.ts';
import { intersection, requireAllowed, requireSome } from './key-usages.ts';
import type { PairScheme, Parts } from './pair-scheme.ts';
import { decoding, notSupported } from './refusal.ts';

/** An algorithm that native WebCrypto lacks or keeps out of KeyObjects, with the semantics of the Modern Algorithms draft. */
export function pairFamily(scheme: PairScheme): KeyFamily {
  return Object.freeze({
    publicFormat: scheme.publicFormat,
    exportable: true,
    async generate(algorithm, { extractable, usages }) {
      requireAllowed(usages, [...scheme.publicUsages, ...scheme.privateUsages]);
      const privateUsages = intersection(usages, scheme.privateUsages);
      requireSome(privateUsages);
      const parts = await scheme.generate();
      const { name } = algorithm;
      return {
        privateKey: loaded('private', name, { extractable, usages: privateUsages }, parts),
        publicKey: publicKey(scheme, name, usages, parts),
      };
    },
    async import(format, data, { name }, attributes) {
      const { type, parts } =
        format === 'jwk'
          ? importAkp(scheme, name, data, attributes)
          : importEncoded(scheme, name, format, data, attributes);
      if (type === 'private') await scheme.checkPrivate?.(parts);
      if (type === 'private') requireSome(attributes.usages);
      const usages = intersection(attributes.usages, usagesOf(scheme, type));
      return loaded(type, name, { extractable: attributes.extractable, usages }, parts);
    },
    async export(format, key) {
      if (format === 'jwk') return exportAkp(scheme, key);
      const codec = codecOf(scheme, format, key.algorithm);
      if (codec.type !== key.type) throw new SidecarError('access_invalid', `${format} of a ${key.type} key`);
      return codec.encode(key.parts);
    },
    async publicHalf(key, usages) {
      if (key.type !== 'private') throw new SidecarError('access_invalid', 'key must be a private key');
      requireAllowed(usages, scheme.publicUsages);
      return publicKey(scheme, key.algorithm.name, usages, key.parts);
    },
    store(key) {
      const format = key.type === 'private' ? storedFormatOf(scheme, key.parts) : 'raw-public';
      return { format, bytes: codecOf(scheme, format, key.algorithm).encode(key.parts) };
    },
    load(format, bytes, algorithm) {
      const { decode } = codecOf(scheme, format, algorithm);
      return decoding(`stored ${algorithm.name} key`, () => decode(bytes));
    },
    keyLength: ({ name }) => {
      throw notSupported(`a derived ${name} key`);
    },
  } satisfies KeyFamily);
}

function importEncoded(
  scheme: PairScheme,
  name: string,
  format: KeyFormat,
  data: Uint8Array,
  { usages }: KeyAttributes,
): { readonly type: KeyType; readonly parts: Parts } {
  const { type, decode } = codecOf(scheme, format, { name });
  requireAllowed(usages, usagesOf(scheme, type));
  return { type, parts: decoding(`${format} of a ${name} key`, () => decode(data)) };
}

function codecOf(scheme: PairScheme, format: string, { name }: KeyAlgorithm) {
  const codec = table(scheme.codecs)[format];
  if (codec === undefined) throw notSupported(`${format} of a ${name} key`);
  return codec;
}

function storedFormatOf(scheme: PairScheme, parts: Parts): StoredKey['format'] {
  return scheme.hasStoredFormat?.(parts) === false ? 'pkcs8' : scheme.storedFormat;
}

function usagesOf(scheme: PairScheme, type: KeyType): readonly KeyUsage[] {
  return type === 'private' ? scheme.privateUsages : scheme.publicUsages;
}

function publicKey(
  scheme: PairScheme,
  name: string,
  usages: readonly KeyUsage[],
  privateParts: readonly KeyObject[],
): LoadedKey {
  const attributes = { extractable: true, usages: intersection(usages, scheme.publicUsages) };
  return loaded('public', name, attributes, scheme.publicParts(privateParts));
}

function loaded(type: KeyType, name: string, { extractable, usages }: KeyAttributes, parts: Parts): LoadedKey {
  return Object.freeze({
    type,
    algorithm: Object.freeze({ name }),
    extractable,
    usages: Object.freeze([...usages]),
    parts: Object.freeze([...parts]),
  });
}
