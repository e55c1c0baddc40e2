import { expect } from 'vitest';
import { fromBase64, toHex } from './bytes.ts';
import { Section } from './section.ts';
import { connectToSidecar } from './sidecar.ts';
import { readJson } from './vector-files.ts';

/** Fields in base64. */
interface Vector {
  readonly tcId: string;
  readonly ek: string;
  readonly x5c: string;
  readonly dk_pkcs8: string;
  readonly c: string;
  readonly k: string;
}

const subtle = await connectToSidecar();
const { tests } = readJson<{ tests: Vector[] }>('composite-kem/testvectors.json');

/** The composites that are also CFRG's hybrid KEMs, and ML-KEM alone for comparison. */
const algorithms: Readonly<Record<string, string>> = {
  'id-alg-ml-kem-768': 'ML-KEM-768',
  'id-alg-ml-kem-1024': 'ML-KEM-1024',
  'id-MLKEM768-X25519-SHA3-256': 'MLKEM768-X25519',
  'id-MLKEM768-ECDH-P256-SHA3-256': 'MLKEM768-P256',
  'id-MLKEM1024-ECDH-P384-SHA3-256': 'MLKEM1024-P384',
};

const section = new Section('composite-kem');
for (const vector of tests) {
  const name = algorithms[vector.tcId];
  if (name === undefined) section.skip(vector.tcId, 1, 'not in this version');
  else section.check(vector.tcId, [vector], (vector) => checkVector(name, vector));
}

async function checkVector(name: string, vector: Vector): Promise<void> {
  const pkcs8 = fromBase64(vector.dk_pkcs8);
  const privateKey = await subtle.importKey('pkcs8', pkcs8, name, true, ['decapsulateBits']);
  expect(toHex(await subtle.decapsulateBits(name, privateKey, fromBase64(vector.c)))).toBe(base64ToHex(vector.k));
  expect(toHex(await subtle.exportKey('pkcs8', privateKey))).toBe(toHex(pkcs8));

  const publicKey = await subtle.getPublicKey(privateKey, ['encapsulateBits']);
  expect(toHex(await subtle.exportKey('raw-public', publicKey))).toBe(base64ToHex(vector.ek));
  const spki = await subtle.exportKey('spki', publicKey);
  expect(base64ToHex(vector.x5c)).toContain(toHex(spki));

  const again = await subtle.importKey('spki', spki, name, true, ['encapsulateBits']);
  const { sharedKey, ciphertext } = await subtle.encapsulateBits(name, again);
  expect(toHex(await subtle.decapsulateBits(name, privateKey, ciphertext))).toBe(toHex(sharedKey));
}

function base64ToHex(text: string): string {
  return toHex(fromBase64(text));
}
