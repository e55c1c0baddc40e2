import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKK } from '../codec/constants/objects.ts';
import { curveFlags } from './ecdsa.ts';
import type { Mechanism } from './mechanism.ts';
import { asymmetricKeyType, messageSignatures } from './message-signatures.ts';

const edwardsKeys = { keyTypes: [CKK.EC_EDWARDS], keySizes: [255, 448], curveFlags } as const;

/** RFC 8032; bytes of a signature. */
const signatureBytes: Readonly<Record<string, number>> = { ed25519: 64, ed448: 114 };

export const eddsaMechanisms: readonly Mechanism[] = [
  Object.freeze({
    ...edwardsKeys,
    type: CKM.EC_EDWARDS_KEY_PAIR_GEN,
    soleAlgorithms: [],
    generates: 'pair',
  } satisfies Mechanism),
  Object.freeze({
    ...edwardsKeys,
    type: CKM.EDDSA,
    soleAlgorithms: [{ name: 'Ed25519' }, { name: 'Ed448' }],
    ...messageSignatures((use) => signatureBytes[asymmetricKeyType(use)] ?? 0),
  } satisfies Mechanism),
];
