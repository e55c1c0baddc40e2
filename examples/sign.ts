import { strict as assert } from 'node:assert';
import { connect } from '@ferrohsm/sdk/node';

await using hsm = await connect();

const algorithm = 'ML-DSA-65';
const key = await hsm.keys.create({ name: 'invoices/signing', algorithm, usages: ['sign', 'verify'] });

const invoice = new TextEncoder().encode('invoice 42: 1,000 EUR');
const signature = await hsm.subtle.sign(algorithm, key.privateKey, invoice);

// Whoever checks it needs the public key and nothing of ours.
assert(await crypto.subtle.verify(algorithm, key.publicKey, signature, invoice));
console.log(`${key.name} signed ${invoice.length} bytes: ${signature.byteLength} bytes of ${algorithm}`);
