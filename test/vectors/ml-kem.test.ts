import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import { expect } from 'vitest';
import { bytesOf, join, toHex } from './bytes.ts';
import { encodeExpandedKey } from './pkcs8.ts';
import { Section } from './section.ts';
import { connectToSidecar } from './sidecar.ts';
import { type AcvpCase, type AcvpGroup, readAcvp } from './vector-files.ts';

const subtle = await connectToSidecar();
const noble = { 'ML-KEM-512': ml_kem512, 'ML-KEM-768': ml_kem768, 'ML-KEM-1024': ml_kem1024 };
type ParameterSet = keyof typeof noble;

const keyGroups = readAcvp('ML-KEM-keyGen-FIPS203');

const keyGen = new Section('ML-KEM keyGen');
for (const { parameterSet, cases } of keyGroups) {
  keyGen.check(parameterSet, cases, async (vector) => {
    const { privateKey, seed } = await importSeed(parameterSet, vector);
    const publicKey = await subtle.getPublicKey(privateKey, ['encapsulateBits']);
    expect(toHex(await subtle.exportKey('raw-public', publicKey))).toBe(toHex(bytesOf(vector, 'ek')));
    expect(toHex(noble[parameterSet as ParameterSet].keygen(seed).secretKey)).toBe(toHex(bytesOf(vector, 'dk')));
  });
}

type Check = (parameterSet: ParameterSet, vector: AcvpCase) => Promise<void>;

const checks: Readonly<Record<string, Check>> = {
  /**
   * The message cannot be chosen over RPC, and the vectors have no private keys. noble reproduces the vector, the
   * sidecar takes its key; and of the same message for a key of `keyGen` it finds the secret that noble made.
   */
  async encapsulation(parameterSet, vector) {
    const kem = noble[parameterSet];
    const [ek, message] = [bytesOf(vector, 'ek'), bytesOf(vector, 'm')];
    const { cipherText, sharedSecret } = kem.encapsulate(ek, message);
    expect(toHex(cipherText)).toBe(toHex(bytesOf(vector, 'c')));
    expect(toHex(sharedSecret)).toBe(toHex(bytesOf(vector, 'k')));
    const publicKey = await importPublic(parameterSet, ek);
    expect(toHex(await subtle.exportKey('raw-public', publicKey))).toBe(toHex(ek));

    const known = keyOf(parameterSet, vector);
    const { privateKey } = await importSeed(parameterSet, known);
    const encapsulated = kem.encapsulate(bytesOf(known, 'ek'), message);
    const bits = await subtle.decapsulateBits(parameterSet, privateKey, Uint8Array.from(encapsulated.cipherText));
    expect(toHex(bits)).toBe(toHex(encapsulated.sharedSecret));
    const answer = await subtle.encapsulateBits(parameterSet, await importPublic(parameterSet, bytesOf(known, 'ek')));
    const opened = kem.decapsulate(new Uint8Array(answer.ciphertext), bytesOf(known, 'dk'));
    expect(toHex(opened)).toBe(toHex(answer.sharedKey));
  },

  async decapsulation(parameterSet, vector) {
    const privateKey = await importExpanded(parameterSet, vector);
    const bits = await subtle.decapsulateBits(parameterSet, privateKey, bytesOf(vector, 'c'));
    expect(toHex(bits)).toBe(toHex(bytesOf(vector, 'k')));
  },

  async decapsulationKeyCheck(parameterSet, vector) {
    await expectAccepted(importExpanded(parameterSet, vector), vector);
  },

  async encapsulationKeyCheck(parameterSet, vector) {
    await expectAccepted(importPublic(parameterSet, bytesOf(vector, 'ek')), vector);
  },
};

const encapDecap = new Section('ML-KEM encapDecap');
for (const { parameterSet, function: name = '', cases } of readAcvp('ML-KEM-encapDecap-FIPS203')) {
  const check = checks[name] as Check;
  encapDecap.check(`${parameterSet} ${name}`, cases, (vector) => check(parameterSet as ParameterSet, vector));
}

async function importSeed(parameterSet: string, vector: AcvpCase) {
  const seed = join(bytesOf(vector, 'd'), bytesOf(vector, 'z'));
  const privateKey = await subtle.importKey('raw-seed', seed, parameterSet, false, ['decapsulateBits']);
  return { privateKey, seed };
}

function importPublic(parameterSet: string, ek: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return subtle.importKey('raw-public', ek, parameterSet, true, ['encapsulateBits']);
}

function importExpanded(parameterSet: string, vector: AcvpCase): Promise<CryptoKey> {
  const key = encodeExpandedKey(parameterSet, bytesOf(vector, 'dk'));
  return subtle.importKey('pkcs8', key, parameterSet, false, ['decapsulateBits']);
}

async function expectAccepted(imported: Promise<CryptoKey>, { testPassed }: AcvpCase): Promise<void> {
  const refusal = await imported.then(
    () => undefined,
    ({ name }: DOMException) => name,
  );
  expect(refusal).toBe(testPassed === true ? undefined : 'DataError');
}

/** Both files have as many cases of a parameter set. */
function keyOf(parameterSet: string, { tcId }: AcvpCase): AcvpCase {
  const { cases } = keyGroups.find((group) => group.parameterSet === parameterSet) as AcvpGroup;
  return cases[tcId % cases.length] as AcvpCase;
}
