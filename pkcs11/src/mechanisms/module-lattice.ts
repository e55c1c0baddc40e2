import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKK } from '../codec/constants/objects.ts';
import type { Mechanism } from './mechanism.ts';
import { asymmetricKeyType, messageSignatures } from './message-signatures.ts';

/** FIPS 204 table 2: bytes of a public key. */
const mlDsaKeys = { keyTypes: [CKK.ML_DSA], keySizes: [1312, 2592] } as const;

/** FIPS 203 table 3: bytes of an encapsulation key. */
const mlKemKeys = { keyTypes: [CKK.ML_KEM], keySizes: [800, 1568] } as const;

/** FIPS 204 table 2: bytes of a signature. */
const signatureBytes: Readonly<Record<string, number>> = { 'ml-dsa-44': 2420, 'ml-dsa-65': 3309, 'ml-dsa-87': 4627 };

export const moduleLatticeMechanisms: readonly Mechanism[] = [
  Object.freeze({
    ...mlDsaKeys,
    type: CKM.ML_DSA_KEY_PAIR_GEN,
    soleAlgorithms: [],
    generates: 'pair',
  } satisfies Mechanism),
  Object.freeze({
    ...mlDsaKeys,
    type: CKM.ML_DSA,
    soleAlgorithms: [{ name: 'ML-DSA-44' }, { name: 'ML-DSA-65' }, { name: 'ML-DSA-87' }],
    ...messageSignatures((use) => signatureBytes[asymmetricKeyType(use)] ?? 0),
  } satisfies Mechanism),
  Object.freeze({
    ...mlKemKeys,
    type: CKM.ML_KEM_KEY_PAIR_GEN,
    soleAlgorithms: [],
    generates: 'pair',
  } satisfies Mechanism),
  // Used by C_EncapsulateKey and C_DecapsulateKey of PKCS#11 3.2, which no version of the protocol carries.
  Object.freeze({
    ...mlKemKeys,
    type: CKM.ML_KEM,
    soleAlgorithms: [{ name: 'ML-KEM-512' }, { name: 'ML-KEM-768' }, { name: 'ML-KEM-1024' }],
  } satisfies Mechanism),
];
