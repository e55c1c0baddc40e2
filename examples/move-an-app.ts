import { strict as assert } from 'node:assert';
import { connect, type HsmCrypto } from '@ferrohsm/sdk/node';

// The application: it knows WebCrypto and nothing of FerroHSM.
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const bytes = (order: string) => new TextEncoder().encode(order);

async function createApp({ subtle }: Crypto, keyAlgorithm = algorithm) {
  const { privateKey, publicKey } = await subtle.generateKey(keyAlgorithm, false, ['sign', 'verify']);
  return {
    sign: (order: string) => subtle.sign(algorithm, privateKey, bytes(order)),
    check: (order: string, signature: ArrayBuffer) => subtle.verify(algorithm, publicKey, signature, bytes(order)),
  };
}

// Before: the private key is in this process.
const before = await createApp(crypto);
assert(await before.check('order 1', await before.sign('order 1')));

// Another Crypto: the private key is in the sidecar and ends with the connection.
await using hsm = await connect();
const app = await createApp(hsm.crypto);
assert(await app.check('order 2', await app.sign('order 2')));

// A name: the private key stays in the sidecar.
const persistent = { ...algorithm, ferro: { name: 'orders/signing' } };
const named = await createApp(hsm.crypto, persistent);
const signature = await named.sign('order 3');

// Every later start opens that key, the first one makes it.
async function openKeys({ subtle, keyStorage }: HsmCrypto): Promise<CryptoKeyPair> {
  const names = await keyStorage.keys();
  if (!names.includes('orders/signing')) return subtle.generateKey(persistent, false, ['sign', 'verify']);
  const privateKey = await keyStorage.getItem('orders/signing');
  const publicKey = await keyStorage.getItem('orders/signing#public');
  return { privateKey, publicKey };
}

await using later = await connect();
const { publicKey } = await openKeys(later.crypto);
assert(await crypto.subtle.verify(algorithm, publicKey, signature, bytes('order 3')));
console.log(`${await later.crypto.keyStorage.indexOf(publicKey)} checks what an earlier connection signed`);
