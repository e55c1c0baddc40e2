import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import { expect } from 'vitest';
import { bytesOf, toHex } from './bytes.ts';
import { encodeExpandedKey } from './pkcs8.ts';
import { Section } from './section.ts';
import { connectToSidecar } from './sidecar.ts';
import { type AcvpCase, type AcvpGroup, readAcvp } from './vector-files.ts';

const subtle = await connectToSidecar();
const noble = { 'ML-DSA-44': ml_dsa44, 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 };
const nobleOf = (parameterSet: string) => noble[parameterSet as keyof typeof noble];

const keyGen = new Section('ML-DSA keyGen');
for (const { parameterSet, cases } of readAcvp('ML-DSA-keyGen-FIPS204')) {
  keyGen.check(parameterSet, cases, async (vector) => {
    const seed = bytesOf(vector, 'seed');
    const privateKey = await subtle.importKey('raw-seed', seed, parameterSet, false, ['sign']);
    const publicKey = await subtle.getPublicKey(privateKey, ['verify']);
    expect(toHex(await subtle.exportKey('raw-public', publicKey))).toBe(toHex(bytesOf(vector, 'pk')));
    expect(toHex(nobleOf(parameterSet).keygen(seed).secretKey)).toBe(toHex(bytesOf(vector, 'sk')));
  });
}

/**
 * The randomness of a signature cannot be chosen over RPC. noble reproduces the vector, the sidecar verifies it; and
 * noble verifies what the sidecar signs with the same key.
 */
const sigGen = new Section('ML-DSA sigGen');
for (const group of readAcvp('ML-DSA-sigGen-FIPS204')) {
  checkPure(sigGen, group, async ({ parameterSet, deterministic }, vector) => {
    const dsa = nobleOf(parameterSet);
    const [message, context, sk] = ['message', 'context', 'sk'].map((field) => bytesOf(vector, field)) as Triple;
    const signature = dsa.sign(message, sk, {
      context,
      extraEntropy: deterministic === true ? false : bytesOf(vector, 'rnd'),
    });
    expect(toHex(signature)).toBe(toHex(bytesOf(vector, 'signature')));

    const pk = Uint8Array.from(dsa.getPublicKey(sk));
    expect(await verify(parameterSet, pk, { message, context, signature: Uint8Array.from(signature) })).toBe(true);
    const expanded = encodeExpandedKey(parameterSet, sk);
    const privateKey = await subtle.importKey('pkcs8', expanded, parameterSet, false, ['sign']);
    const own = await subtle.sign({ name: parameterSet, context }, privateKey, message);
    expect(dsa.verify(new Uint8Array(own), message, pk, { context })).toBe(true);
  });
}

const sigVer = new Section('ML-DSA sigVer');
for (const group of readAcvp('ML-DSA-sigVer-FIPS204')) {
  checkPure(sigVer, group, async ({ parameterSet }, vector) => {
    const [message, context, signature] = ['message', 'context', 'signature'].map((field) =>
      bytesOf(vector, field),
    ) as Triple;
    const isValid = await verify(parameterSet, bytesOf(vector, 'pk'), { message, context, signature });
    expect(isValid).toBe(vector.testPassed);
  });
}

type Bytes = Uint8Array<ArrayBuffer>;
type Triple = [Bytes, Bytes, Bytes];

async function verify(
  parameterSet: string,
  pk: Bytes,
  { message, context, signature }: { message: Bytes; context: Bytes; signature: Bytes },
): Promise<boolean> {
  const publicKey = await subtle.importKey('raw-public', pk, parameterSet, true, ['verify']);
  return subtle.verify({ name: parameterSet, context }, publicKey, signature, message);
}

function checkPure(
  section: Section,
  group: AcvpGroup,
  check: (group: AcvpGroup, vector: AcvpCase) => Promise<void>,
): void {
  const { tgId, parameterSet, deterministic, cases } = group;
  const randomness = { true: ' deterministic', false: ' hedged', undefined: '' }[String(deterministic)];
  const title = `${parameterSet}${randomness} (group ${tgId})`;
  const reason = whyInexpressible(group);
  if (reason === undefined) section.check(title, cases, (vector) => check(group, vector));
  else section.skip(title, cases.length, reason);
}

function whyInexpressible({ signatureInterface, preHash, externalMu }: AcvpGroup): string | undefined {
  if (preHash === 'pure') return undefined;
  if (preHash === 'preHash') return 'WebCrypto has no HashML-DSA';
  if (signatureInterface === 'internal' && externalMu === true) return 'WebCrypto takes the message, not mu';
  return 'WebCrypto has no internal interface, which signs without the context prefix';
}
