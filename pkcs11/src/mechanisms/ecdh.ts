import type { Algorithm } from '@ferrohsm/sdk';
import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKK } from '../codec/constants/objects.ts';
import { CKD } from '../codec/constants/parameters.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { encodedPoint } from '../objects/curves.ts';
import { curveFlags } from './ecdsa.ts';
import type { KeyUse } from './key-use.ts';
import type { Derivation, Mechanism } from './mechanism.ts';
import { invalidParameter, requireParameter } from './parameters.ts';

/** What a curve agrees on, and how long its public points are. */
interface Agreement {
  readonly secretBytes: number;
  readonly pointBytes: number;
}

/** SEC 1 section 2.3.3 (uncompressed points), RFC 7748. */
const agreements: Readonly<Record<string, Agreement>> = {
  'P-256': { secretBytes: 32, pointBytes: 65 },
  'P-384': { secretBytes: 48, pointBytes: 97 },
  'P-521': { secretBytes: 66, pointBytes: 133 },
  X25519: { secretBytes: 32, pointBytes: 32 },
  X448: { secretBytes: 56, pointBytes: 56 },
};

export const ecdhMechanisms: readonly Mechanism[] = [
  Object.freeze({
    type: CKM.EC_MONTGOMERY_KEY_PAIR_GEN,
    keyTypes: [CKK.EC_MONTGOMERY],
    keySizes: [255, 448],
    curveFlags,
    soleAlgorithms: [],
    generates: 'pair',
  } satisfies Mechanism),
  Object.freeze({
    type: CKM.ECDH1_DERIVE,
    keyTypes: [CKK.EC, CKK.EC_MONTGOMERY],
    keySizes: [255, 521],
    curveFlags,
    soleAlgorithms: [{ name: 'ECDH' }, { name: 'X25519' }, { name: 'X448' }],
    derive(parameter) {
      const { kdf, sharedData, publicData } = requireParameter(parameter, 'CK_ECDH1_DERIVE_PARAMS');
      if (kdf !== CKD.NULL) throw invalidParameter('a key derivation function: CKD_NULL is all that there is');
      // PKCS#11 3.1 section 6.3.17: with CKD_NULL there is none.
      if (sharedData !== null && sharedData.length > 0) throw invalidParameter('shared data of no function');
      const point = Buffer.from(publicData ?? []);
      return (use) => agreementWith(use, point);
    },
  } satisfies Mechanism),
];

function agreementWith(use: KeyUse, encoded: Buffer): Derivation {
  const { name, namedCurve } = use.held.algorithm;
  const agreement = agreements[namedCurve ?? name];
  if (agreement === undefined) throw new CryptokiRefusal(CKR.KEY_SIZE_RANGE, 'a curve that nothing is agreed on with');
  // A general-purpose key is shown as one of ECDSA.
  const algorithm = namedCurve === undefined ? { name } : { name: 'ECDH', namedCurve };
  const data = pointOf(encoded, agreement);
  const agreed: Algorithm = { name: algorithm.name, public: { algorithm, format: 'raw-public', data } };
  return {
    secretBytes: agreement.secretBytes,
    derive: (wanted) => use.deriveKey(agreed, wanted),
  };
}

/** Raw, or a DER OCTET STRING of it: PKCS#11 3.1 section 6.3.17 has both, and callers send both. */
function pointOf(encoded: Buffer, { pointBytes }: Agreement): Buffer {
  if (encoded.length === pointBytes) return encoded;
  const point = encoded.subarray(-pointBytes);
  if (encoded.equals(encodedPoint(point))) return point;
  throw invalidParameter('no point of the curve');
}
