import { createHash } from 'node:crypto';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import { expect } from 'vitest';
import { flipBit, fromBase64, join, toHex } from './bytes.ts';
import { Section } from './section.ts';
import { connectToSidecar } from './sidecar.ts';
import { readJson } from './vector-files.ts';

/** Fields in base64. */
interface Vector {
  readonly tcId: string;
  readonly pk: string;
  readonly sk_pkcs8: string;
  readonly s: string;
  readonly sWithContext: string;
}

/** What the draft signs with ML-DSA in place of the message. */
interface Representative {
  readonly label: string;
  readonly digest: string;
  readonly outputLength: number;
}

const subtle = await connectToSidecar();
const { m, ctx, tests } = readJson<{ m: string; ctx: string; tests: Vector[] }>('composite-sigs/testvectors.json');
const message = fromBase64(m);
const context = fromBase64(ctx);
const dsaByDigits = { '44': ml_dsa44, '65': ml_dsa65, '87': ml_dsa87 };

/** Pre-hashes by the end of the name, with their lengths in bytes. */
const digests = { SHA256: ['sha256', 32], SHA512: ['sha512', 64], SHAKE256: ['shake256', 64] } as const;

const section = new Section('composite-sigs');
for (const vector of tests) {
  const name = vector.tcId.replace(/^id-/, '');
  section.check(name, [vector], (vector) => checkVector(name, vector, representativeOf(name)));
}

/** Of a composite; ML-DSA alone has none. The label is the name, but for the brainpool curves. */
function representativeOf(name: string): Representative | null {
  if (name.startsWith('ML-DSA-')) return null;
  const label = `COMPSIG-${name.replace('brainpoolP256r1', 'BP256').replace('brainpoolP384r1', 'BP384')}`;
  const [digest, outputLength] = digests[name.split('-').at(-1) as keyof typeof digests];
  return { label, digest, outputLength };
}

async function checkVector(name: string, vector: Vector, representative: Representative | null): Promise<void> {
  const pk = fromBase64(vector.pk);
  const publicKey = await subtle.importKey('raw-public', pk, name, true, ['verify']);
  const verify = (signature: Uint8Array<ArrayBuffer>, algorithm = { name, context }) =>
    subtle.verify(algorithm, publicKey, signature, message);
  const signature = fromBase64(vector.sWithContext);
  expect(await subtle.verify(name, publicKey, fromBase64(vector.s), message)).toBe(true);
  expect(await verify(signature)).toBe(true);
  expect(await verify(fromBase64(vector.s))).toBe(false);
  for (const index of [0, signature.length - 1]) expect(await verify(flipBit(signature, index))).toBe(false);

  const privateKey = await subtle.importKey('pkcs8', fromBase64(vector.sk_pkcs8), name, false, ['sign']);
  const ownPublicKey = await subtle.getPublicKey(privateKey, ['verify']);
  expect(toHex(await subtle.exportKey('raw-public', ownPublicKey))).toBe(toHex(pk));
  const own = new Uint8Array(await subtle.sign({ name, context }, privateKey, message));
  expect(await verify(own)).toBe(true);
  expect(isMlDsaSignature(name, own, pk, representative)).toBe(true);
}

/** What noble says of the ML-DSA half, which comes first in key and signature. */
function isMlDsaSignature(
  name: string,
  signature: Uint8Array,
  pk: Uint8Array,
  representative: Representative | null,
): boolean {
  const dsa = dsaByDigits[/DSA-?(\d\d)/.exec(name)?.[1] as keyof typeof dsaByDigits];
  const half = signature.subarray(0, dsa.lengths.signature);
  const key = pk.subarray(0, dsa.lengths.publicKey);
  if (representative === null) return dsa.verify(half, message, key, { context });
  const { digest, outputLength } = representative;
  const label = Buffer.from(representative.label);
  const hashed = createHash(digest, { outputLength }).update(message).digest();
  const prefix = Buffer.from('CompositeAlgorithmSignatures2025');
  const signed = join(prefix, label, Uint8Array.of(context.length), context, hashed);
  return dsa.verify(half, signed, key, { context: label });
}
