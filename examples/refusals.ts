import { strict as assert } from 'node:assert';
import { connect, FerroHsmError } from '@ferrohsm/sdk/node';

await using hsm = await connect();

const algorithm = { name: 'AES-GCM', length: 256 };
const key = await hsm.keys.create({ name: 'vault/master', algorithm, usages: ['encrypt', 'decrypt'] });

const refusal = await hsm.subtle.exportKey('raw', key.secretKey).then(
  () => assert.fail('a named key was exported'),
  (error: unknown) => error,
);
assert(refusal instanceof DOMException && refusal.name === 'NotAllowedError');

const unknown = await hsm.keys.get('vault/nothing').then(
  () => assert.fail('a key that does not exist was found'),
  (error: unknown) => error,
);
assert(unknown instanceof FerroHsmError && unknown.code === 'not_found');
console.log(`export of ${key.name}: ${refusal.message}`);
console.log(`another key: ${unknown.message}\nhint: ${unknown.hint}`);
