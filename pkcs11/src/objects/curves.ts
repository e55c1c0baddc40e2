/** An elliptic curve as PKCS#11 and WebCrypto name it. */
export interface Curve {
  /** `namedCurve` of WebCrypto, or the name of the algorithm where the curve is all of it. */
  readonly name: string;
  /** CKA_EC_PARAMS: the DER form of its object identifier. */
  readonly parameters: Buffer;
  readonly bits: number;
}

export const curves: readonly Curve[] = [
  { name: 'P-256', parameters: Buffer.from('06082a8648ce3d030107', 'hex'), bits: 256 },
  { name: 'P-384', parameters: Buffer.from('06052b81040022', 'hex'), bits: 384 },
  { name: 'P-521', parameters: Buffer.from('06052b81040023', 'hex'), bits: 521 },
  // RFC 8410
  { name: 'Ed25519', parameters: Buffer.from('06032b6570', 'hex'), bits: 255 },
  { name: 'Ed448', parameters: Buffer.from('06032b6571', 'hex'), bits: 448 },
  { name: 'X25519', parameters: Buffer.from('06032b656e', 'hex'), bits: 255 },
  { name: 'X448', parameters: Buffer.from('06032b656f', 'hex'), bits: 448 },
];

export function curveNamed(name: string): Curve | undefined {
  return curves.find((curve) => curve.name === name);
}

export function curveOfParameters(parameters: Buffer): Curve | undefined {
  return curves.find((curve) => curve.parameters.equals(parameters));
}

const octetString = 0x04;

/** CKA_EC_POINT: a DER OCTET STRING of the point. */
export function encodedPoint(point: Buffer): Buffer {
  const length = point.length < 0x80 ? [point.length] : [0x81, point.length];
  return Buffer.concat([Buffer.of(octetString, ...length), point]);
}

/** CKA_EC_POINT is a DER OCTET STRING; some applications give the point bare. */
export function decodedPoint(encoded: Buffer): Buffer {
  const head = encoded[1] === 0x81 ? 3 : 2;
  const length = encoded[head - 1];
  return encoded[0] === octetString && length === encoded.length - head ? encoded.subarray(head) : encoded;
}
