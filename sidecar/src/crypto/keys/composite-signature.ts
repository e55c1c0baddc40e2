import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  type ClassicalScheme,
  type CompositeAlgorithm,
  compositeAlgorithms,
  type MlDsaSet,
} from '../operations/composite-algorithms.ts';
import { type Table, table } from '../operations/table.ts';
import { joinAndWipe, joinUnpooled } from '../operations/unpooled.ts';
import { type ComponentKey, generatePrivateKey } from './component-key.ts';
import { edwardsComponent } from './edwards-component.ts';
import { ellipticComponent } from './elliptic-component.ts';
import type { KeyFamily } from './key-family.ts';
import { pairFamily } from './pair-family.ts';
import { type KeyCodec, type Parts, signingUsages } from './pair-scheme.ts';
import { rawPrivate, rawPublic } from './part-storage.ts';
import { encodePkcs8, encodeSpki, parsePkcs8, parseSpki } from './pkcs8.ts';
import { dataInvalid } from './refusal.ts';
import { rsaComponent } from './rsa-component.ts';

const mlDsaSeedBytes = 32;
/** DER of an OID of 8 octets that starts with 1.3.6.1.5.5.7.6; its last arc follows. */
const oidPrefix = Buffer.from('06082b060105050706', 'hex');

const components: { readonly [K in ClassicalScheme['kind']]: (scheme: never) => ComponentKey } = Object.freeze({
  rsa: rsaComponent,
  elliptic: ellipticComponent,
  edwards: edwardsComponent,
});

/** Keys of draft-ietf-lamps-pq-composite-sigs: those of both algorithms in a row, wrapped as one; by algorithm. */
export const compositeSignatures: Table<KeyFamily> = table(
  Object.fromEntries(
    Object.entries(compositeAlgorithms).map(([name, algorithm]) => [name, compositeFamily(algorithm)]),
  ),
);

function compositeFamily({ arc, mlDsa, classical }: CompositeAlgorithm): KeyFamily {
  const component = components[classical.kind](classical as never);
  const privateKey = privateCodec(mlDsa, component);
  const publicKey = publicCodec(mlDsa, component);
  // An AlgorithmIdentifier without parameters.
  const identifier = Buffer.concat([oidPrefix, Buffer.of(arc)]);
  const storedFormat = component.isSeed ? 'raw-seed' : 'raw-private';
  return pairFamily({
    ...signingUsages,
    // The JOSE draft is not final.
    jwkUse: null,
    storedFormat,
    codecs: table<KeyCodec>({
      'raw-public': publicKey,
      [storedFormat]: privateKey,
      spki: spkiCodec(identifier, publicKey),
      pkcs8: pkcs8Codec(identifier, privateKey, publicKey),
    }),
    generate: async () => [await generatePrivateKey(mlDsa.asymmetricKeyType), await component.generate()],
    publicParts,
    checkPrivate: async ([, part]) => component.checkPrivate?.(part as KeyObject),
  });
}

function privateCodec({ asymmetricKeyType }: MlDsaSet, component: ComponentKey): KeyCodec {
  return Object.freeze({
    type: 'private',
    encode: ([postQuantum, classical]) =>
      joinAndWipe(
        (postQuantum as KeyObject).export({ format: 'raw-seed' }),
        component.encodePrivate(classical as KeyObject),
      ),
    decode(bytes) {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return [
        rawPrivate('raw-seed', view.subarray(0, mlDsaSeedBytes), { asymmetricKeyType }),
        component.decodePrivate(view.subarray(mlDsaSeedBytes)),
      ];
    },
  } satisfies KeyCodec);
}

function publicCodec({ asymmetricKeyType, publicBytes }: MlDsaSet, component: ComponentKey): KeyCodec {
  return Object.freeze({
    type: 'public',
    encode: ([postQuantum, classical]) =>
      joinUnpooled(
        (postQuantum as KeyObject).export({ format: 'raw-public' }),
        component.encodePublic(classical as KeyObject),
      ),
    decode(bytes) {
      const own = Buffer.from(bytes);
      return [
        rawPublic(own.subarray(0, publicBytes), { asymmetricKeyType }),
        component.decodePublic(own.subarray(publicBytes)),
      ];
    },
  } satisfies KeyCodec);
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

function pkcs8Codec(identifier: Buffer, privateCodec: KeyCodec, publicCodec: KeyCodec): KeyCodec {
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

function publicParts(parts: Parts): Parts {
  return parts.map((part) => createPublicKey(part));
}

function requireAlgorithm(algorithm: Buffer, identifier: Buffer): void {
  if (!algorithm.equals(identifier)) throw dataInvalid('key of another algorithm');
}
