import { createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';

import { CKA } from '../codec/constants/attribute-types.ts';
import { CKK, CKO } from '../codec/constants/objects.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { Attributes } from './attributes.ts';
import { type Curve, curveOfParameters, decodedPoint } from './curves.ts';
import { algorithmOfParameterSet } from './key-types.ts';

type JsonWebKey = JsonWebKeyInput['key'];
type ReadPublicKey = (attributes: Attributes) => KeyObject;

const readers: Readonly<Record<number, ReadPublicKey>> = {
  [CKK.RSA]: rsaKey,
  [CKK.EC]: ellipticKey,
  [CKK.EC_EDWARDS]: octetKey,
  [CKK.EC_MONTGOMERY]: octetKey,
  [CKK.ML_DSA]: rawKey,
  [CKK.ML_KEM]: rawKey,
  [CKK.SLH_DSA]: rawKey,
};

/**
 * The public key that the attributes of a CKO_PUBLIC_KEY tell; undefined for an object of another class.
 *
 * @throws CryptokiRefusal CKR_TEMPLATE_INCOMPLETE, CKR_ATTRIBUTE_VALUE_INVALID for what is no point of its curve
 */
export function importedPublicKey(attributes: Attributes): KeyObject | undefined {
  if (attributes.ulong(CKA.CLASS) !== CKO.PUBLIC_KEY) return undefined;
  const read = readers[Number(attributes.ulong(CKA.KEY_TYPE) ?? -1)];
  if (read === undefined) throw new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, 'a public key of an unknown type');
  try {
    return read(attributes);
  } catch (error) {
    if (error instanceof CryptokiRefusal) throw error;
    throw new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, 'no public key of its type');
  }
}

function rsaKey(attributes: Attributes): KeyObject {
  const n = required(attributes, CKA.MODULUS);
  const e = required(attributes, CKA.PUBLIC_EXPONENT);
  return keyOfJwk({ kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') });
}

function ellipticKey(attributes: Attributes): KeyObject {
  const curve = requiredCurve(attributes);
  const point = decodedPoint(required(attributes, CKA.EC_POINT));
  const half = (point.length - 1) / 2;
  if (point[0] !== uncompressed || !Number.isInteger(half)) throw badPoint();
  return keyOfJwk({
    kty: 'EC',
    crv: curve.name,
    x: point.subarray(1, 1 + half).toString('base64url'),
    y: point.subarray(1 + half).toString('base64url'),
  });
}

function octetKey(attributes: Attributes): KeyObject {
  const { name } = requiredCurve(attributes);
  return keyOfJwk({ kty: 'OKP', crv: name, x: decodedPoint(required(attributes, CKA.EC_POINT)).toString('base64url') });
}

function rawKey(attributes: Attributes): KeyObject {
  const keyType = Number(attributes.ulong(CKA.KEY_TYPE));
  const name = algorithmOfParameterSet(keyType, Number(attributes.ulong(CKA.PARAMETER_SET) ?? 0));
  if (name === undefined) throw new CryptokiRefusal(CKR.TEMPLATE_INCOMPLETE, 'no CKA_PARAMETER_SET that is known');
  const pub = required(attributes, CKA.VALUE).toString('base64url');
  return keyOfJwk({ kty: 'AKP', alg: name, pub } as JsonWebKey);
}

function keyOfJwk(key: JsonWebKey): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

function required(attributes: Attributes, type: number): Buffer {
  const bytes = attributes.bytes(type);
  if (bytes !== undefined) return bytes;
  throw new CryptokiRefusal(CKR.TEMPLATE_INCOMPLETE, `attribute 0x${type.toString(16)} is missing`);
}

function requiredCurve(attributes: Attributes): Curve {
  const curve = curveOfParameters(required(attributes, CKA.EC_PARAMS));
  if (curve === undefined) throw new CryptokiRefusal(CKR.CURVE_NOT_SUPPORTED, 'a curve that is not served');
  return curve;
}

const uncompressed = 0x04;

function badPoint(): CryptokiRefusal {
  return new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, 'CKA_EC_POINT is no uncompressed point');
}
