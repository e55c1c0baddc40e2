import { strict as assert } from 'node:assert';
import { connect, install } from '@ferrohsm/sdk/node';
import { jwtVerify, SignJWT } from 'jose';

await using hsm = await connect();
// jose uses the global crypto: from here on it reaches the sidecar's keys too, and all else stays as it was.
install(hsm.crypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const key = await hsm.keys.create({ name: 'tokens/signing', algorithm, usages: ['sign', 'verify'] });

const token = await new SignJWT({ scope: 'orders:read' })
  .setProtectedHeader({ alg: 'ES256', kid: key.id })
  .setIssuer('https://shop.example')
  .setExpirationTime('5m')
  .sign(key.privateKey);

const { payload } = await jwtVerify(token, key.publicKey, { issuer: 'https://shop.example' });
assert.equal(payload.scope, 'orders:read');
console.log(`${key.name} signed the token ${token.slice(0, 40)}...`);
