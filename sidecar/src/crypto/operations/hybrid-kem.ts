import {
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  hash,
  type KeyObject,
} from 'node:crypto';
import type { KemScheme } from './kem-scheme.ts';
import { classicalPart, firstPart } from './key-part.ts';
import { attempt, operationFailed } from './refusal.ts';
import { joinUnpooled } from './unpooled.ts';

/** The classical half: an ephemeral key agreement. */
interface Curve {
  /** Length of a public key: u-coordinate, or uncompressed point with its leading 4. */
  readonly publicBytes: number;
  generate(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  /** @throws when the bytes are no point of the curve */
  importPublic(bytes: Uint8Array): KeyObject;
}

interface Hybrid {
  readonly label: Uint8Array;
  readonly mlKemCiphertextBytes: number;
  readonly curve: Curve;
}

const x25519: Curve = Object.freeze({
  publicBytes: 32,
  generate: () => generateKeyPairSync('x25519'),
  importPublic: (bytes) =>
    createPublicKey({ key: Buffer.from(bytes), format: 'raw-public', asymmetricKeyType: 'x25519' }),
} satisfies Curve);

function nistCurve(namedCurve: string, publicBytes: number): Curve {
  return Object.freeze({
    publicBytes,
    generate: () => generateKeyPairSync('ec', { namedCurve }),
    importPublic: (bytes) =>
      createPublicKey({ key: Buffer.from(bytes), format: 'raw-public', asymmetricKeyType: 'ec', namedCurve }),
  } satisfies Curve);
}

/** X-Wing's label `\.//^\` (draft-connolly-cfrg-xwing-kem section 5.3). */
export const mlKem768X25519 = hybrid({ label: Buffer.from('\\.//^\\'), mlKemCiphertextBytes: 1088, curve: x25519 });
export const mlKem768P256 = hybrid({
  label: Buffer.from('MLKEM768-P256'),
  mlKemCiphertextBytes: 1088,
  curve: nistCurve('P-256', 65),
});
export const mlKem1024P384 = hybrid({
  label: Buffer.from('MLKEM1024-P384'),
  mlKemCiphertextBytes: 1568,
  curve: nistCurve('P-384', 97),
});

/** draft-irtf-cfrg-concrete-hybrid-kems. node:crypto has its parts, but not the KEM. */
function hybrid({ label, mlKemCiphertextBytes, curve }: Hybrid): KemScheme {
  return Object.freeze({
    encapsulate: (key) =>
      attempt(key.algorithm.name, () => {
        const postQuantum = encapsulate(firstPart(key));
        const ephemeral = curve.generate();
        const agreed = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: classicalPart(key) });
        const point = rawPublic(ephemeral.publicKey);
        const sharedKey = combine(postQuantum.sharedKey, agreed, point, rawPublic(classicalPart(key)), label);
        return { sharedKey, ciphertext: joinUnpooled(postQuantum.ciphertext, point) };
      }),
    decapsulate(key, ciphertext) {
      const point = ciphertext.subarray(mlKemCiphertextBytes);
      if (point.length !== curve.publicBytes) throw operationFailed(`a ciphertext of ${ciphertext.length} bytes`);
      return attempt(key.algorithm.name, () => {
        const ephemeral = curve.importPublic(point);
        const postQuantum = decapsulate(firstPart(key), ciphertext.subarray(0, mlKemCiphertextBytes));
        const agreed = diffieHellman({ privateKey: classicalPart(key), publicKey: ephemeral });
        return combine(postQuantum, agreed, point, rawPublic(createPublicKey(classicalPart(key))), label);
      });
    },
  } satisfies KemScheme);
}

/** SHA3-256(ss_pq || ss_t || ct_t || ek_t || label); wipes both shared secrets. The label comes last. */
function combine(
  postQuantum: Buffer,
  agreed: Buffer,
  point: Uint8Array,
  classicalPublic: Uint8Array,
  label: Uint8Array,
): Buffer {
  const input = joinUnpooled(postQuantum, agreed, point, classicalPublic, label);
  try {
    return hash('sha3-256', input, 'buffer');
  } finally {
    for (const secret of [postQuantum, agreed, input]) secret.fill(0);
  }
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ format: 'raw-public' });
}
