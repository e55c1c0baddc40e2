import type { EllipticScheme } from '../operations/composite-algorithms.ts';
import { descriptorOf, table } from '../operations/table.ts';
import { joinUnpooled } from '../operations/unpooled.ts';
import { type ComponentKey, generatePrivateKey } from './component-key.ts';
import { encodeElement, tag } from './der.ts';
import { rawPrivate, rawPublic } from './part-storage.ts';
import { dataInvalid } from './refusal.ts';

interface Curve {
  /** namedCurve OID in DER. */
  readonly oid: Buffer;
  /** As long as a scalar. */
  readonly order: Buffer;
}

/** EXPLICIT context tag 0. */
const parametersTag = 0xa0;

/** OIDs of RFC 5480 and RFC 5639, orders of SP 800-186 section 3.2.1 and RFC 5639 section 3. */
const curves = table<Curve>({
  'P-256': curve('06082a8648ce3d030107', 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
  'P-384': curve(
    '06052b81040022',
    'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ),
  'P-521': curve(
    '06052b81040023',
    '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
  ),
  brainpoolP256r1: curve('06092b2403030208010107', 'a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7'),
  brainpoolP384r1: curve(
    '06092b240303020801010b',
    '8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565',
  ),
});

function curve(oid: string, order: string): Curve {
  return Object.freeze({ oid: Buffer.from(oid, 'hex'), order: Buffer.from(order, 'hex') });
}

/** ECPrivateKey of RFC 5915 with parameters and without public key; an uncompressed point. */
export function ellipticComponent({ namedCurve }: Pick<EllipticScheme, 'namedCurve'>): ComponentKey {
  const { oid, order } = descriptorOf(curves, namedCurve, 'a composite');
  const type = Object.freeze({ asymmetricKeyType: 'ec', namedCurve });
  // The scalar stands between octets that depend on the curve only.
  const template = ecPrivateKey(order, oid);
  const start = template.indexOf(order);
  const [before, after] = [template.subarray(0, start), template.subarray(start + order.length)];
  return Object.freeze({
    isSeed: false,
    generate: () => generatePrivateKey('ec', { namedCurve }),
    encodePrivate(part) {
      const scalar = part.export({ format: 'raw-private' });
      const encoded = joinUnpooled(template);
      encoded.set(scalar, start);
      scalar.fill(0);
      return encoded;
    },
    decodePrivate(bytes) {
      const scalar = bytes.subarray(start, start + order.length);
      const isFramed =
        bytes.length === template.length &&
        before.equals(bytes.subarray(0, start)) &&
        after.equals(bytes.subarray(start + order.length));
      if (!isFramed) throw dataInvalid('an elliptic curve key of another form');
      requireScalar(scalar, order);
      return rawPrivate('raw-private', scalar, type);
    },
    encodePublic: (part) => part.export({ format: 'raw-public' }),
    decodePublic(bytes) {
      // OpenSSL also takes the compressed form of a point and the hybrid one.
      if (bytes[0] !== 4) throw dataInvalid('a point that is not uncompressed');
      return rawPublic(bytes, type);
    },
  } satisfies ComponentKey);
}

function ecPrivateKey(scalar: Buffer, oid: Buffer): Buffer {
  const version = encodeElement(tag.integer, Buffer.of(1));
  return encodeElement(
    tag.sequence,
    version,
    encodeElement(tag.octetString, scalar),
    encodeElement(parametersTag, oid),
  );
}

/** OpenSSL takes 0 and numbers from the order on without an error. */
function requireScalar(scalar: Buffer, order: Buffer): void {
  if (scalar.compare(order) >= 0 || scalar.every((byte) => byte === 0)) throw dataInvalid('a scalar out of range');
}
