import { strict as assert } from 'node:assert';
import { verify as verifyWithOpenssl } from 'node:crypto';
import { connect, type NamedKey } from '@ferrohsm/sdk/node';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';

// One name, three algorithms: RSA today, a composite signature while partners change over, ML-DSA in the end.

await using hsm = await connect();
const name = 'releases/signing';
const pss = { name: 'RSA-PSS', saltLength: 32 };
const rsa = { name: 'RSA-PSS', modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
const documents = ['release 1.0', 'release 2.0', 'release 3.0'].map((text) => new TextEncoder().encode(text));

/** Signs with whatever version is the newest: the application names the key, never its algorithm or version. */
async function sign(document: Uint8Array<ArrayBuffer> | undefined) {
  assert(document !== undefined);
  const key = await hsm.keys.get(name);
  const algorithm = key.privateKey.algorithm.name === 'RSA-PSS' ? pss : key.privateKey.algorithm.name;
  const signature = new Uint8Array(await hsm.subtle.sign(algorithm, key.privateKey, document));
  return { document, signature, version: key.versionNumber, algorithm };
}

/** Verifies by the version that signed. */
async function isGood({ document, signature, version, algorithm }: Awaited<ReturnType<typeof sign>>, key: NamedKey) {
  const { publicKey } = await key.version(version);
  return await hsm.subtle.verify(algorithm, publicKey, signature, document);
}

const classical = await hsm.keys.create({ name, algorithm: rsa, usages: ['sign', 'verify'] });
const first = await sign(documents[0]);
console.log(`version ${first.version}: RSA-PSS 3072, ${first.signature.length} bytes`);

// Whoever still holds version 1 goes on for a week; new signatures are by both algorithms at once.
await hsm.keys.rotate(name, {
  algorithm: 'MLDSA65-RSA3072-PSS-SHA512',
  overlapSeconds: 7 * 86_400,
  reason: 'migration',
});
const second = await sign(documents[1]);
console.log(`version ${second.version}: ML-DSA-65 with RSA-3072, ${second.signature.length} bytes`);
const late = await hsm.subtle.sign(pss, classical.privateKey, first.document);
assert.equal(late.byteLength, first.signature.length);

// The partners are through: ML-DSA alone, at once.
await hsm.keys.rotate(name, { algorithm: 'ML-DSA-65', overlapSeconds: 0 });
const third = await sign(documents[2]);
console.log(`version ${third.version}: ML-DSA-65, ${third.signature.length} bytes`);

// All that was ever signed verifies, the first and the last also by other implementations.
const key = await hsm.keys.get(name);
for (const each of [first, second, third]) assert(await isGood(each, key));
const spki = Buffer.from(await hsm.subtle.exportKey('spki', classical.publicKey));
const openssl = { key: spki, format: 'der', type: 'spki', padding: 6, saltLength: 32 } as const;
assert(verifyWithOpenssl('sha256', first.document, openssl, first.signature));
const raw = new Uint8Array(await hsm.subtle.exportKey('raw-public', key.publicKey));
assert(ml_dsa65.verify(third.signature, third.document, raw));

// Version 1 signs nothing more, and after the day on which RSA is no longer believed it verifies nothing either.
await assert.rejects(hsm.subtle.sign(pss, classical.privateKey, first.document), { name: 'InvalidStateError' });
await hsm.keys.update(name, { minimumVersions: { verify: 2 } });
const states = (await hsm.keys.get(name)).record.versions.map(({ version, state }) => `${version} ${state}`);
console.log(`all three verify; states: ${states.join(', ')}`);
