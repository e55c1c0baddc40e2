import { strict as assert } from 'node:assert';
import { randomBytes, webcrypto } from 'node:crypto';
import { connect } from '@ferrohsm/sdk/node';

await using hsm = await connect();

const algorithm = 'MLKEM768-X25519';
const usages = ['encapsulateKey', 'decapsulateKey'] as const;
const key = await hsm.keys.create({ name: 'backups/recipient', algorithm, usages });
const file = randomBytes(1 << 20);
const aes = { name: 'AES-GCM', length: 256 };

// The sender has the public key alone.
const { sharedKey, ciphertext } = await webcrypto.subtle.encapsulateKey(algorithm, key.publicKey, aes, false, [
  'encrypt',
]);
const iv = randomBytes(12);
const sealed = await webcrypto.subtle.encrypt({ name: 'AES-GCM', iv }, sharedKey, file);

// The recipient's private key and the shared key stay in the sidecar.
const opened = await hsm.subtle.decapsulateKey(algorithm, key.privateKey, ciphertext, aes, false, ['decrypt']);
const plaintext = await hsm.subtle.decrypt({ name: 'AES-GCM', iv }, opened, sealed);
assert(file.equals(new Uint8Array(plaintext)));
console.log(`${key.name} opened ${sealed.byteLength} bytes`);
