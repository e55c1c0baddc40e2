import type { KeyObject } from 'node:crypto';
import type { ComponentKey } from './component-key.ts';
import { edwardsComponent } from './edwards-component.ts';
import { ellipticComponent } from './elliptic-component.ts';
import { rawPrivate } from './part-storage.ts';
import { dataInvalid } from './refusal.ts';

/** The classical half of a hybrid KEM. */
export interface KemCurve {
  /** Bytes of the expanded seed that the private key is made of. */
  readonly seedBytes: number;
  /** u-coordinate, or uncompressed point with its leading 4. */
  readonly publicBytes: number;
  privateKey(seed: Buffer): KeyObject;
  readonly component: ComponentKey;
}

const x25519 = Object.freeze({ asymmetricKeyType: 'x25519' });

export const x25519Curve: KemCurve = Object.freeze({
  seedBytes: 32,
  publicBytes: 32,
  privateKey: (seed) => rawPrivate('raw-private', seed, x25519),
  component: edwardsComponent(x25519),
} satisfies KemCurve);

/** Group orders (SP 800-186 section 3.2.1) and seed lengths (draft-irtf-cfrg-concrete-hybrid-kems). */
const curves = Object.freeze({
  'P-256': {
    seedBytes: 128,
    publicBytes: 65,
    order: Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex'),
  },
  'P-384': {
    seedBytes: 48,
    publicBytes: 97,
    order: Buffer.from(
      'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
      'hex',
    ),
  },
});

export function nistCurve(namedCurve: keyof typeof curves): KemCurve {
  const { seedBytes, publicBytes, order } = curves[namedCurve];
  const type = Object.freeze({ asymmetricKeyType: 'ec', namedCurve });
  return Object.freeze({
    seedBytes,
    publicBytes,
    privateKey: (seed) => rawPrivate('raw-private', sampleScalar(seed, order), type),
    component: ellipticComponent({ namedCurve }),
  } satisfies KemCurve);
}

/**
 * RandomScalar of draft-irtf-cfrg-concrete-hybrid-kems: the first window of the seed that is a scalar from 1 to
 * order - 1. OpenSSL takes 0 and larger numbers without an error.
 *
 * @returns a view of the seed
 */
export function sampleScalar(seed: Buffer, order: Buffer): Buffer {
  for (let start = 0; start + order.length <= seed.length; start += order.length) {
    const window = seed.subarray(start, start + order.length);
    if (window.compare(order) < 0 && window.some((byte) => byte !== 0)) return window;
  }
  throw dataInvalid('a seed that gives no scalar');
}
