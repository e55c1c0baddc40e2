import { compositeSignatures } from './composite-signature.ts';
import { ecdsaDigest } from './ecdsa-digest.ts';
import { ecdsa, ed448, ed25519 } from './elliptic-signature.ts';
import { hmac } from './hmac.ts';
import { kmac128, kmac256 } from './kmac.ts';
import { mlDsa, slhDsa } from './post-quantum-signature.ts';
import { rsaPkcs1Digest, rsaPssDigest } from './rsa-digest.ts';
import { rsaPkcs1, rsaPss } from './rsa-signature.ts';
import type { DigestScheme, SignatureScheme } from './signature-scheme.ts';
import { table } from './table.ts';

/** The parameter sets of FIPS 205 section 11. */
export const slhDsaParameterSets = Object.freeze(
  ['SHA2', 'SHAKE'].flatMap((hash) =>
    [128, 192, 256].flatMap((bits) => ['s', 'f'].map((form) => `SLH-DSA-${hash}-${bits}${form}`)),
  ),
);

/** Every algorithm that signs. */
export const signatureSchemes = table<SignatureScheme>({
  HMAC: hmac,
  KMAC128: kmac128,
  KMAC256: kmac256,
  'RSASSA-PKCS1-v1_5': rsaPkcs1,
  'RSA-PSS': rsaPss,
  ECDSA: ecdsa,
  Ed25519: ed25519,
  Ed448: ed448,
  'ML-DSA-44': mlDsa,
  'ML-DSA-65': mlDsa,
  'ML-DSA-87': mlDsa,
  ...Object.fromEntries(slhDsaParameterSets.map((name) => [name, slhDsa])),
  ...compositeSignatures,
});

/** Every algorithm that signs a message by a digest that was made elsewhere. */
export const digestSchemes = table<DigestScheme>({
  'RSASSA-PKCS1-v1_5': rsaPkcs1Digest,
  'RSA-PSS': rsaPssDigest,
  ECDSA: ecdsaDigest,
});
