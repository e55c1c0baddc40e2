import { strict as assert } from 'node:assert';
import { connect } from '@ferrohsm/sdk/node';

await using hsm = await connect();

// Both ML-DSA-65 and Ed25519 must be broken before a signature can be forged.
const algorithm = 'MLDSA65-Ed25519-SHA512';
const key = await hsm.keys.create({ name: 'firmware/signing', algorithm, usages: ['sign', 'verify'] });

const image = new TextEncoder().encode('firmware 1.2.3');
const signature = await hsm.subtle.sign(algorithm, key.privateKey, image);
assert(await hsm.subtle.verify(algorithm, key.publicKey, signature, image));

const classicalCut = signature.slice(0, -64);
assert(!(await hsm.subtle.verify(algorithm, key.publicKey, classicalCut, image)));
console.log(`${key.name} signed ${image.length} bytes: ${signature.byteLength} bytes of ${algorithm}`);
