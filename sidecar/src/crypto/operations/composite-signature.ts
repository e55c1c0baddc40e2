import { hash, sign, verify } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import { type CompositeAlgorithm, compositeAlgorithms } from './composite-algorithms.ts';
import { classicalPart, firstPart } from './key-part.ts';
import { contextOf } from './post-quantum-signature.ts';
import { attempt } from './refusal.ts';
import { asymmetricKeys, type SignatureScheme } from './signature-scheme.ts';
import { type Table, table } from './table.ts';

/** draft-ietf-lamps-pq-composite-sigs section 2.2. */
const prefix = Buffer.from('CompositeAlgorithmSignatures2025');

/** Composite ML-DSA of draft-ietf-lamps-pq-composite-sigs: ML-DSA signature || classical signature, by algorithm. */
export const compositeSignatures: Table<SignatureScheme> = table(
  Object.fromEntries(
    Object.entries(compositeAlgorithms).map(([name, algorithm]) => [name, compositeSignature(algorithm)]),
  ),
);

function compositeSignature({ label, mlDsa, prehash, classical }: CompositeAlgorithm): SignatureScheme {
  // The label is the context of the inner ML-DSA, so that its half cannot be taken for a signature of its own.
  const context = Buffer.from(label);
  const { digest, options } = classical;
  const representative = (algorithm: Algorithm, data: Uint8Array) => {
    const outer = contextOf(algorithm);
    const hashed = hash(prehash.digest, data, { outputEncoding: 'buffer', outputLength: prehash.bytes });
    return Buffer.concat([prefix, context, Buffer.of(outer.length), outer, hashed]);
  };
  return Object.freeze({
    ...asymmetricKeys,
    sign(algorithm, key, data) {
      const message = representative(algorithm, data);
      return attempt(algorithm.name, () =>
        Buffer.concat([
          sign(null, message, { key: firstPart(key), context }),
          sign(digest, message, { key: classicalPart(key), ...options }),
        ]),
      );
    },
    verify(algorithm, key, signature, data) {
      const message = representative(algorithm, data);
      const mlDsaSignature = signature.subarray(0, mlDsa.signatureBytes);
      const classicalSignature = signature.subarray(mlDsa.signatureBytes);
      return (
        verify(null, message, { key: firstPart(key), context }, mlDsaSignature) &&
        verify(digest, message, { key: classicalPart(key), ...options }, classicalSignature)
      );
    },
  } satisfies SignatureScheme);
}
