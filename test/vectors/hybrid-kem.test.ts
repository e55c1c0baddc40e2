import { ml_kem768_p256, ml_kem768_x25519, ml_kem1024_p384 } from '@noble/post-quantum/hybrid.js';
import { expect } from 'vitest';
import { flipBit, fromHex, toHex } from './bytes.ts';
import { Section } from './section.ts';
import { connectToSidecar } from './sidecar.ts';
import { readJson } from './vector-files.ts';

/** Fields in hexadecimal. */
interface Vector {
  readonly seed: string;
  readonly pk: string;
  readonly ct: string;
  readonly ss: string;
  /** What the ciphertext was made from; `eseed` in the X-Wing draft. */
  readonly randomness?: string;
  readonly eseed?: string;
}

const subtle = await connectToSidecar();
const noble = {
  'MLKEM768-X25519': ml_kem768_x25519,
  'MLKEM768-P256': ml_kem768_p256,
  'MLKEM1024-P384': ml_kem1024_p384,
};
type HybridKem = keyof typeof noble;

const concrete = new Section('hybrid-kem');
const changed = new Section('hybrid-kem with a changed bit in either half');
for (const name of Object.keys(noble) as HybridKem[]) {
  const vectors = readJson<Vector[]>(`hybrid-kem/${name.replace('-', '')}.json`);
  concrete.check(name, vectors, (vector) => checkVector(name, vector));
  changed.check(name, vectors.slice(0, 1), (vector) => checkBothHalves(name, vector));
}

const xWing = new Section('x-wing');
xWing.check('MLKEM768-X25519', readJson<Vector[]>('x-wing/test-vectors.json'), (vector) =>
  checkVector('MLKEM768-X25519', vector),
);

async function checkVector(name: HybridKem, { seed, pk, ct, ss, randomness, eseed = '' }: Vector): Promise<void> {
  const privateKey = await importSeed(name, seed);
  const publicKey = await subtle.getPublicKey(privateKey, ['encapsulateBits']);
  expect(toHex(await subtle.exportKey('raw-public', publicKey))).toBe(pk);
  expect(toHex(await subtle.decapsulateBits(name, privateKey, fromHex(ct)))).toBe(ss);

  const { cipherText, sharedSecret } = noble[name].encapsulate(fromHex(pk), fromHex(randomness ?? eseed));
  expect([toHex(cipherText), toHex(sharedSecret)]).toEqual([ct, ss]);
  const own = await subtle.encapsulateBits(name, publicKey);
  expect(toHex(noble[name].decapsulate(new Uint8Array(own.ciphertext), fromHex(seed)))).toBe(toHex(own.sharedKey));
}

/** The ciphertext begins with that of ML-KEM and ends with the point of the curve. */
async function checkBothHalves(name: HybridKem, { seed, ct, ss }: Vector): Promise<void> {
  const privateKey = await importSeed(name, seed);
  const ciphertext = fromHex(ct);
  expect(toHex(await subtle.decapsulateBits(name, privateKey, flipBit(ciphertext, 0)))).not.toBe(ss);
  const lastChanged = subtle.decapsulateBits(name, privateKey, flipBit(ciphertext, ciphertext.length - 1));
  if (name === 'MLKEM768-X25519') expect(toHex(await lastChanged)).not.toBe(ss);
  // Not a point of the curve any more.
  else await expect(lastChanged).rejects.toMatchObject({ name: 'OperationError' });
}

function importSeed(name: HybridKem, seed: string): Promise<CryptoKey> {
  return subtle.importKey('raw-seed', fromHex(seed), name, false, ['decapsulateBits']);
}
