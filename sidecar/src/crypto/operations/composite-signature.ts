import { hash, sign, verify } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import { classicalPart, firstPart } from './key-part.ts';
import { contextOf } from './post-quantum-signature.ts';
import { attempt } from './refusal.ts';
import { asymmetricKeys, type SignatureScheme } from './signature-scheme.ts';

interface Composite {
  /** Label of the draft's section 6; it does not always equal the name. */
  readonly label: string;
  /** Pre-hash PH in node:crypto. */
  readonly prehash: string;
  readonly mlDsaSignatureBytes: number;
}

/** draft-ietf-lamps-pq-composite-sigs section 2.2. */
const prefix = Buffer.from('CompositeAlgorithmSignatures2025');

/** Composite ML-DSA of draft-ietf-lamps-pq-composite-sigs with Ed25519: ML-DSA signature || Ed25519 signature. */
export const mlDsa65Ed25519: SignatureScheme = composite({
  label: 'COMPSIG-MLDSA65-Ed25519-SHA512',
  prehash: 'sha512',
  mlDsaSignatureBytes: 3309,
});

function composite({ label, prehash, mlDsaSignatureBytes }: Composite): SignatureScheme {
  // The label is the context of the inner ML-DSA, so that neither half can be taken for a signature of its own.
  const context = Buffer.from(label);
  const representative = (algorithm: Algorithm, data: Uint8Array) => {
    const outer = contextOf(algorithm);
    return Buffer.concat([prefix, context, Buffer.of(outer.length), outer, hash(prehash, data, 'buffer')]);
  };
  return Object.freeze({
    ...asymmetricKeys,
    sign(algorithm, key, data) {
      const message = representative(algorithm, data);
      return attempt(algorithm.name, () =>
        Buffer.concat([sign(null, message, { key: firstPart(key), context }), sign(null, message, classicalPart(key))]),
      );
    },
    verify(algorithm, key, signature, data) {
      const message = representative(algorithm, data);
      const mlDsaSignature = signature.subarray(0, mlDsaSignatureBytes);
      const classicalSignature = signature.subarray(mlDsaSignatureBytes);
      return (
        verify(null, message, { key: firstPart(key), context }, mlDsaSignature) &&
        verify(null, message, classicalPart(key), classicalSignature)
      );
    },
  } satisfies SignatureScheme);
}
