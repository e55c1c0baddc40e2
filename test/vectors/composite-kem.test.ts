import { expect } from 'vitest';
import { fromBase64, toHex } from './bytes.ts';
import { Section } from './section.ts';
import { connectToSidecar } from './sidecar.ts';
import { readJson } from './vector-files.ts';

/** Fields in base64. */
interface Vector {
  readonly tcId: string;
  readonly ek: string;
  readonly dk_pkcs8: string;
  readonly c: string;
  readonly k: string;
}

const subtle = await connectToSidecar();
const { tests } = readJson<{ tests: Vector[] }>('composite-kem/testvectors.json');

/** ML-KEM alone, for comparison. */
const algorithms: Readonly<Record<string, string>> = {
  'id-alg-ml-kem-768': 'ML-KEM-768',
  'id-alg-ml-kem-1024': 'ML-KEM-1024',
};

const section = new Section('composite-kem');
for (const vector of tests) {
  const name = algorithms[vector.tcId];
  if (name === undefined) section.skip(vector.tcId, 1, 'not in this version');
  else section.check(name, [vector], (vector) => checkVector(name, vector));
}

async function checkVector(name: string, { ek, dk_pkcs8, c, k }: Vector): Promise<void> {
  const privateKey = await subtle.importKey('pkcs8', fromBase64(dk_pkcs8), name, false, ['decapsulateBits']);
  const publicKey = await subtle.getPublicKey(privateKey, ['encapsulateBits']);
  expect(toHex(await subtle.exportKey('raw-public', publicKey))).toBe(toHex(fromBase64(ek)));
  expect(toHex(await subtle.decapsulateBits(name, privateKey, fromBase64(c)))).toBe(toHex(fromBase64(k)));
}
