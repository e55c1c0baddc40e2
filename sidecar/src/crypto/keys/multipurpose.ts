import type { KeyFormat, KeyType, KeyUsage } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import type { KeyFamily } from './key-family.ts';
import { intersection, requireAllowed, requireSome } from './key-usages.ts';
import { notSupported } from './refusal.ts';

/** Usages of one half of a pair, or of a secret key. */
interface HalfUsages {
  /** Those of the algorithm that the key is shown as. */
  readonly shown: readonly KeyUsage[];
  readonly all: readonly KeyUsage[];
}

/** Usages by type of key: a secret, or the halves of a pair. */
export type MultipurposeUsages = Readonly<Partial<Record<KeyType, HalfUsages>>>;

const types: Readonly<Partial<Record<KeyFormat, KeyType>>> = Object.freeze({
  pkcs8: 'private',
  'raw-private': 'private',
  spki: 'public',
  'raw-public': 'public',
  'raw-secret': 'secret',
});

/**
 * The general-purpose keys of a family, as PKCS#11 has them: native WebCrypto makes, reads and writes them as keys of the
 * algorithm that they are shown as; their usages are those of all that they compute. A jwk names one algorithm, so they
 * have none.
 */
export function multipurpose(family: KeyFamily, usages: MultipurposeUsages): KeyFamily {
  const halves = Object.values(usages);
  const allUsages = halves.flatMap(({ all }) => all);
  const shownUsages = halves.flatMap(({ shown }) => shown);

  function requireUsable(wanted: readonly KeyUsage[]): void {
    requireAllowed(wanted, allUsages);
    requireSome(intersection(wanted, halfOf('private', 'secret').all));
  }

  function halfOf(...candidates: readonly KeyType[]): HalfUsages {
    const type = candidates.find((candidate) => usages[candidate] !== undefined);
    return (type && usages[type]) ?? { shown: [], all: [] };
  }

  const shown = (key: LoadedKey): LoadedKey => ({ ...key, usages: halfOf(key.type).shown });

  function widened(key: LoadedKey, wanted: readonly KeyUsage[]): LoadedKey {
    return Object.freeze({
      ...key,
      algorithm: Object.freeze({ ...key.algorithm, multipurpose: true }),
      usages: Object.freeze(intersection(wanted, halfOf(key.type).all)),
    });
  }

  return Object.freeze({
    ...family,
    async generate(algorithm, { extractable, usages: wanted }) {
      requireUsable(wanted);
      const made = await family.generate(algorithm, { extractable, usages: shownUsages });
      if (!('privateKey' in made)) return widened(made, wanted);
      return { privateKey: widened(made.privateKey, wanted), publicKey: widened(made.publicKey, wanted) };
    },
    async import(format, data, algorithm, { extractable, usages: wanted }) {
      const type = typeOf(format, usages);
      const half = type && usages[type];
      if (half === undefined) throw notSupported(`${format} of a general-purpose ${algorithm.name} key`);
      requireAllowed(wanted, half.all);
      if (type !== 'public') requireSome(wanted);
      return widened(await family.import(format, data, algorithm, { extractable, usages: half.shown }), wanted);
    },
    async export(format, key) {
      if (format === 'jwk') throw notSupported(`jwk of a general-purpose ${key.algorithm.name} key`);
      return family.export(format, shown(key));
    },
    async publicHalf(key, wanted) {
      const half = await family.publicHalf(shown(key), []);
      requireAllowed(wanted, halfOf('public').all);
      return widened(half, wanted);
    },
  } satisfies KeyFamily);
}

/** `raw` is a public key where there are pairs. */
function typeOf(format: KeyFormat, usages: MultipurposeUsages): KeyType | undefined {
  if (format !== 'raw') return types[format];
  return usages.secret === undefined ? 'public' : 'secret';
}
