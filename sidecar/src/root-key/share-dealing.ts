import { randomBytes } from 'node:crypto';
import type { Secret } from '../secret.ts';
import { type Share, splitSecret } from './shamir.ts';
import { checkOf, encodeShareParameters, tagOf } from './share-parameters.ts';
import { encodeShare, headOf, type KeyDerivation, labelOf, type ShareSet } from './share-text.ts';

/** A root key in shares. */
export interface DealtShares {
  /** The texts, one for each custodian; the receiver disposes them. */
  readonly texts: readonly Secret[];
  /** Content of the parameters file. */
  readonly parameters: Buffer;
}

/**
 * Splits a root key into the texts that custodians keep, and what the sidecar needs to tell them from others.
 *
 * @param rootKey stays the caller's to dispose
 */
export function dealShares(
  rootKey: Secret,
  { threshold, count }: Pick<ShareSet, 'threshold' | 'count'>,
  derivation: KeyDerivation,
): DealtShares {
  const set = { label: labelOf(randomBytes(5)), threshold, count };
  const shares = splitSecret(rootKey, set);
  const described = { ...set, tags: shares.map((share) => tagBytesOf(share, set, derivation)) };
  using check = checkOf(rootKey, described, derivation);
  const parameters = encodeShareParameters({ ...described, check: check.bytes });
  const texts = shares.map((share) => encodeShare({ ...share, set }, derivation));
  for (const { value } of shares) value.dispose();
  return { texts, parameters };
}

function tagBytesOf({ index, value }: Share, set: ShareSet, derivation: KeyDerivation): Buffer {
  using tag = tagOf(value, headOf(set, index), derivation);
  return Buffer.from(tag.bytes);
}
