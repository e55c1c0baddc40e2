import type { KeyCodec, Parts } from './pair-scheme.ts';
import { encodePkcs8, encodeSpki, parsePkcs8, parseSpki } from './pkcs8.ts';
import { dataInvalid } from './refusal.ts';

/** DER of an OID of 8 octets that starts with 1.3.6.1.5.5.7.6; its last arc follows. */
const oidPrefix = Buffer.from('06082b060105050706', 'hex');

/** A composite as the LAMPS drafts write it: the keys of both algorithms in a row. */
interface CompositeCodecs {
  readonly privateKey: KeyCodec;
  readonly publicKey: KeyCodec;
  publicParts(privateParts: Parts): Parts;
}

/** SubjectPublicKeyInfo and PKCS#8 around the keys of a composite. */
export function compositePkix(
  arc: number,
  codecs: CompositeCodecs,
): { readonly spki: KeyCodec; readonly pkcs8: KeyCodec } {
  // An AlgorithmIdentifier without parameters.
  const identifier = Buffer.concat([oidPrefix, Buffer.of(arc)]);
  return Object.freeze({ spki: spkiCodec(identifier, codecs.publicKey), pkcs8: pkcs8Codec(identifier, codecs) });
}

function spkiCodec(identifier: Buffer, { encode, decode }: KeyCodec): KeyCodec {
  return Object.freeze({
    type: 'public',
    encode: (parts) => encodeSpki(identifier, encode(parts)),
    decode(bytes) {
      const { algorithm, publicKey } = parseSpki(bytes);
      requireAlgorithm(algorithm, identifier);
      return decode(publicKey);
    },
  } satisfies KeyCodec);
}

function pkcs8Codec(
  identifier: Buffer,
  { privateKey: privateCodec, publicKey: publicCodec, publicParts }: CompositeCodecs,
): KeyCodec {
  return Object.freeze({
    type: 'private',
    encode(parts) {
      const key = privateCodec.encode(parts);
      try {
        return encodePkcs8(identifier, key);
      } finally {
        key.fill(0);
      }
    },
    decode(bytes) {
      const { algorithm, privateKey, publicKey } = parsePkcs8(bytes);
      requireAlgorithm(algorithm, identifier);
      const parts = privateCodec.decode(privateKey);
      if (publicKey !== null && !publicKey.equals(publicCodec.encode(publicParts(parts)))) {
        throw dataInvalid('public and private part do not match');
      }
      return parts;
    },
  } satisfies KeyCodec);
}

function requireAlgorithm(algorithm: Buffer, identifier: Buffer): void {
  if (!algorithm.equals(identifier)) throw dataInvalid('key of another algorithm');
}
