import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKK } from '../codec/constants/objects.ts';
import type { Mechanism } from './mechanism.ts';
import { asymmetricKeyType, messageSignatures } from './message-signatures.ts';

/** FIPS 205 table 2: bytes of a public key. */
const slhDsaKeys = { keyTypes: [CKK.SLH_DSA], keySizes: [32, 64] } as const;

/** FIPS 205 table 2: bytes of a signature, which the hash does not change. */
const signatureBytes: Readonly<Record<string, number>> = {
  '128s': 7856,
  '128f': 17088,
  '192s': 16224,
  '192f': 35664,
  '256s': 29792,
  '256f': 49856,
};

const soleAlgorithms = ['SHA2', 'SHAKE'].flatMap((hash) =>
  Object.keys(signatureBytes).map((set) => ({ name: `SLH-DSA-${hash}-${set}` })),
);

export const slhDsaMechanisms: readonly Mechanism[] = [
  Object.freeze({
    ...slhDsaKeys,
    type: CKM.SLH_DSA_KEY_PAIR_GEN,
    soleAlgorithms: [],
    generates: 'pair',
  } satisfies Mechanism),
  Object.freeze({
    ...slhDsaKeys,
    type: CKM.SLH_DSA,
    soleAlgorithms,
    ...messageSignatures((use) => signatureBytes[asymmetricKeyType(use).slice(-'128s'.length)] ?? 0),
  } satisfies Mechanism),
];
