import * as noble from '@noble/post-quantum/slh-dsa.js';
import { expect } from 'vitest';
import { bytesOf, flipBit, join, toHex } from './bytes.ts';
import { Section } from './section.ts';
import { connectToSidecar } from './sidecar.ts';
import { type AcvpCase, readAcvp } from './vector-files.ts';

const subtle = await connectToSidecar();
const signers = new Map(Object.entries(noble) as [string, noble.SphincsSigner][]);
const message = Uint8Array.from(Buffer.from('one message for every parameter set'));
const context = Uint8Array.from(Buffer.from('test'));

/**
 * Three seeds make a key, but the forms of a private key hold the root of the tree too: the sidecar imports the
 * vector's key, which it does only when a signature shows that the root belongs to the seeds.
 */
const keyGen = new Section('SLH-DSA keyGen');
/** One key of each set: noble makes the same from the seeds, and the two verify each other's signatures. */
const agreement = new Section('SLH-DSA against a second implementation');

for (const { parameterSet, cases } of readAcvp('SLH-DSA-keyGen-FIPS205')) {
  keyGen.check(parameterSet, cases, async (vector) => {
    const privateKey = await importPrivate(parameterSet, bytesOf(vector, 'sk'));
    const publicKey = await subtle.getPublicKey(privateKey, ['verify']);
    expect(toHex(await subtle.exportKey('raw-public', publicKey))).toBe(toHex(bytesOf(vector, 'pk')));
    expect(toHex(await subtle.exportKey('raw-private', privateKey))).toBe(toHex(bytesOf(vector, 'sk')));
  });
  agreement.check(parameterSet, cases.slice(0, 1), (vector) => checkAgreement(parameterSet, vector));
}

async function checkAgreement(parameterSet: string, vector: AcvpCase): Promise<void> {
  const dsa = nobleOf(parameterSet);
  const [sk, pk] = [bytesOf(vector, 'sk'), bytesOf(vector, 'pk')];
  const seeds = ['skSeed', 'skPrf', 'pkSeed'].map((field) => bytesOf(vector, field));
  expect(toHex(dsa.keygen(join(...seeds)).secretKey)).toBe(toHex(sk));
  await expect(importPrivate(parameterSet, flipBit(sk, sk.length - 1))).rejects.toMatchObject({ name: 'DataError' });

  const algorithm = { name: parameterSet, context };
  const signature = await subtle.sign(algorithm, await importPrivate(parameterSet, sk), message);
  expect(dsa.verify(new Uint8Array(signature), message, pk, { context })).toBe(true);

  // The small sets take noble up to a minute.
  if (parameterSet.endsWith('s')) return;
  const other = Uint8Array.from(dsa.sign(message, sk, { context }));
  const publicKey = await subtle.importKey('raw-public', pk, parameterSet, true, ['verify']);
  expect(await subtle.verify(algorithm, publicKey, other, message)).toBe(true);
  expect(await subtle.verify(algorithm, publicKey, flipBit(other, 40), message)).toBe(false);
}

function importPrivate(parameterSet: string, sk: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return subtle.importKey('raw-private', sk, parameterSet, true, ['sign']);
}

/** `SLH-DSA-SHA2-128s` is `slh_dsa_sha2_128s`. */
function nobleOf(parameterSet: string): noble.SphincsSigner {
  const found = signers.get(parameterSet.toLowerCase().replaceAll('-', '_'));
  if (found === undefined) throw new Error(`noble has no ${parameterSet}`);
  return found;
}
