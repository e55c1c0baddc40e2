import type { KeyObject } from 'node:crypto';
import type { KeyAlgorithm } from '@ferrohsm/sdk';
import type { ValuedAttribute } from '../codec/attribute.ts';
import { CKA } from '../codec/constants/attribute-types.ts';
import { CKK } from '../codec/constants/objects.ts';
import { attributeOf, nativeUlong } from './attributes.ts';
import { curveNamed, encodedPoint } from './curves.ts';
import { keyTypeOf } from './key-types.ts';

/** What a key has besides its public point or value where it is a public key alone. */
type PublicAttributes = (publicKey: KeyObject, algorithm: KeyAlgorithm) => readonly ValuedAttribute[];

const byKeyType: Readonly<Record<number, PublicAttributes>> = {
  [CKK.RSA]: rsaAttributes,
  [CKK.EC]: curveAttributes,
  [CKK.EC_EDWARDS]: curveAttributes,
  [CKK.EC_MONTGOMERY]: curveAttributes,
  [CKK.ML_DSA]: parameterSetAttributes,
  [CKK.ML_KEM]: parameterSetAttributes,
  [CKK.SLH_DSA]: parameterSetAttributes,
};

/** The attributes that tell a public key; private keys show them too. */
export function publicAttributes(publicKey: KeyObject, algorithm: KeyAlgorithm): readonly ValuedAttribute[] {
  const keyType = keyTypeOf(algorithm)?.keyType ?? -1;
  const info = publicKey.export({ type: 'spki', format: 'der' });
  return [attributeOf(CKA.PUBLIC_KEY_INFO, info), ...(byKeyType[keyType]?.(publicKey, algorithm) ?? [])];
}

/** CKA_VALUE of a public key whose key type has a parameter set; it is no attribute of the private key. */
export function publicValue(publicKey: KeyObject): ValuedAttribute {
  return attributeOf(CKA.VALUE, publicKey.export({ format: 'raw-public' }));
}

function rsaAttributes(publicKey: KeyObject): readonly ValuedAttribute[] {
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  return [
    attributeOf(CKA.MODULUS, Buffer.from(n, 'base64url')),
    attributeOf(CKA.MODULUS_BITS, publicKey.asymmetricKeyDetails?.modulusLength ?? 0),
    attributeOf(CKA.PUBLIC_EXPONENT, Buffer.from(e, 'base64url')),
  ];
}

function curveAttributes(publicKey: KeyObject, { name, namedCurve }: KeyAlgorithm): readonly ValuedAttribute[] {
  const curve = curveNamed(namedCurve ?? name);
  return [
    attributeOf(CKA.EC_PARAMS, curve?.parameters ?? Buffer.alloc(0)),
    attributeOf(CKA.EC_POINT, encodedPoint(publicKey.export({ format: 'raw-public' }))),
  ];
}

function parameterSetAttributes(_publicKey: KeyObject, algorithm: KeyAlgorithm): readonly ValuedAttribute[] {
  return [nativeUlong(CKA.PARAMETER_SET, keyTypeOf(algorithm)?.parameterSet ?? 0)];
}
