import type { HpkeSuite } from '@ferrohsm/sdk/hpke';
import type { HsmSubtleCrypto } from '@ferrohsm/sdk/node';

/** Numbers of a suite and the recipient's keys, as vectors of HPKE have them. */
export interface RecipientVector {
  readonly suite: HpkeSuite;
  readonly privateKey: Uint8Array<ArrayBuffer>;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/** The curve of a DHKEM by its name. */
const curves: Readonly<Record<string, string>> = {
  'DHKEM(P-256, HKDF-SHA256)': 'P-256',
  'DHKEM(P-384, HKDF-SHA384)': 'P-384',
  'DHKEM(P-521, HKDF-SHA512)': 'P-521',
  'DHKEM(X25519, HKDF-SHA256)': 'X25519',
  'DHKEM(X448, HKDF-SHA512)': 'X448',
};

/** Brings the private key of a vector into the sidecar; for other KEMs than DHKEM it is a seed. */
export function importRecipient(subtle: HsmSubtleCrypto, vector: RecipientVector): Promise<CryptoKey> {
  const { suite, privateKey, publicKey } = vector;
  const curve = curves[suite.kem];
  if (curve === undefined) return subtle.importKey('raw-seed', privateKey, suite.kem, false, ['decapsulateBits']);
  const isPoint = curve.startsWith('P-');
  const algorithm = isPoint ? { name: 'ECDH', namedCurve: curve } : { name: curve };
  const jwk = isPoint ? pointKey(curve, publicKey) : { kty: 'OKP', crv: curve, x: base64url(publicKey) };
  return subtle.importKey('jwk', { ...jwk, d: base64url(privateKey) }, algorithm, false, ['deriveBits']);
}

/** The coordinates of an uncompressed point. */
function pointKey(crv: string, point: Uint8Array): JsonWebKey {
  const middle = (point.length + 1) / 2;
  return { kty: 'EC', crv, x: base64url(point.subarray(1, middle)), y: base64url(point.subarray(middle)) };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
