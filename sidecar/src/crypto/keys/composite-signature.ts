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
import { compositePkix } from './composite-pkix.ts';
import { edwardsComponent } from './edwards-component.ts';
import { ellipticComponent } from './elliptic-component.ts';
import type { KeyFamily } from './key-family.ts';
import { pairFamily } from './pair-family.ts';
import { type KeyCodec, type Parts, signingUsages } from './pair-scheme.ts';
import { rawPrivate, rawPublic } from './part-storage.ts';
import { rsaComponent } from './rsa-component.ts';

const mlDsaSeedBytes = 32;

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
  const storedFormat = component.isSeed ? 'raw-seed' : 'raw-private';
  return pairFamily({
    ...signingUsages,
    // The JOSE draft is not final.
    jwkUse: null,
    storedFormat,
    publicFormat: 'spki',
    codecs: table<KeyCodec>({
      'raw-public': publicKey,
      [storedFormat]: privateKey,
      ...compositePkix(arc, { privateKey, publicKey, publicParts }),
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

function publicParts(parts: Parts): Parts {
  return parts.map((part) => createPublicKey(part));
}
