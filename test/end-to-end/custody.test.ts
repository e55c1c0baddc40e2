import {
  createCipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import { connect, type FerroHsm, type KeyUsage } from '@ferrohsm/sdk/node';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { principalsFile, tokenOf } from './principals.ts';

const bitsForms = ['subtle.deriveBits', 'subtle.encapsulateBits', 'subtle.decapsulateBits'];
const noBits = `
@id("service.no-shared-secrets")
forbid (
  principal in Role::"Service",
  action in [${bitsForms.map((action) => `Action::"${action}"`).join(', ')}],
  resource
);
`;
const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    writeConfig(folders, 'principals.json', principalsFile({ service: ['Service'], operator: ['Operator'] }));
    writeConfig(folders, 'policy.cedar', defaultPolicy + noBits);
  },
});

/** Public keys live in the sidecar too, so that every operation asks the policy. */
function connectAs(id: string): Promise<FerroHsm> {
  return connect({ url: sidecar.process.url as string, token: tokenOf(id), publicKeys: 'remote' });
}

let service: FerroHsm;
let operator: FerroHsm;
beforeAll(async () => {
  service = await connectAs('service');
  operator = await connectAs('operator');
});
afterAll(() => Promise.all([service.close(), operator.close()]));

const kem = 'ML-KEM-768';
const kemUsages: KeyUsage[] = ['encapsulateKey', 'encapsulateBits', 'decapsulateKey', 'decapsulateBits'];
const cipher = ['AES-CTR', false, ['encrypt', 'wrapKey']] as const;
const ctr = { name: 'AES-CTR', counter: randomBytes(16), length: 128 };
const message = randomBytes(100);

function encryptNatively(secret: Uint8Array): Buffer {
  const native = createCipheriv('aes-256-ctr', secret, ctr.counter);
  return Buffer.concat([native.update(message), native.final()]);
}

/** The key encrypts as the shared secret does, and neither form of getting it out works. */
async function expectKept(hsm: FerroHsm, key: CryptoKey, secret: Uint8Array): Promise<void> {
  expect(key.extractable).toBe(false);
  expect(Buffer.from(await hsm.subtle.encrypt(ctr, key, message))).toEqual(encryptNatively(secret));
  for (const format of ['raw', 'raw-secret', 'jwk'] as const) {
    await expect(hsm.subtle.exportKey(format as 'raw', key)).rejects.toMatchObject({ name: 'InvalidAccessError' });
  }
  await expect(hsm.subtle.wrapKey('raw', key, key, ctr)).rejects.toMatchObject({ name: 'InvalidAccessError' });
}

async function kemPair(hsm: FerroHsm): Promise<CryptoKeyPair> {
  return (await hsm.subtle.generateKey(kem, false, kemUsages)) as CryptoKeyPair;
}

async function importPeer(hsm: FerroHsm) {
  const peer = generateKeyPairSync('x25519');
  const spki = Buffer.from(peer.publicKey.export({ type: 'spki', format: 'der' }));
  return { peer, params: { name: 'X25519', public: await hsm.subtle.importKey('spki', spki, 'X25519', true, []) } };
}

describe('a policy that lets no shared secret out', () => {
  const denied = { name: 'NotAllowedError', cause: { code: 'permission_denied' } };

  test('refuses decapsulateBits and encapsulateBits, also of keys that have the usage', async () => {
    const { privateKey, publicKey } = await kemPair(service);
    const { ciphertext } = await service.subtle.encapsulateKey(kem, publicKey, ...cipher);
    await expect(service.subtle.decapsulateBits(kem, privateKey, ciphertext)).rejects.toMatchObject(denied);
    await expect(service.subtle.encapsulateBits(kem, publicKey)).rejects.toMatchObject(denied);
  });

  test('refuses deriveBits of an agreement and of a password', async () => {
    const { privateKey } = (await service.subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
    const { params } = await importPeer(service);
    await expect(service.subtle.deriveBits(params, privateKey, 256)).rejects.toMatchObject(denied);
    const password = await service.subtle.importKey('raw', randomBytes(16), 'PBKDF2', false, ['deriveBits']);
    const pbkdf2 = { name: 'PBKDF2', hash: 'SHA-256', salt: randomBytes(16), iterations: 1 };
    await expect(service.subtle.deriveBits(pbkdf2, password, 256)).rejects.toMatchObject(denied);
  });

  test('still lets decapsulateKey make a key of the secret', async () => {
    const { privateKey, publicKey } = await kemPair(service);
    const raw = new Uint8Array(await service.subtle.exportKey('raw-public', publicKey));
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(raw);
    const key = await service.subtle.decapsulateKey(kem, privateKey, Buffer.from(cipherText), ...cipher);
    await expectKept(service, key, sharedSecret);
  });

  test('still lets encapsulateKey make a key of the secret', async () => {
    const stranger = ml_kem768.keygen();
    const usages: KeyUsage[] = ['encapsulateKey'];
    const publicKey = await service.subtle.importKey('raw-public', Buffer.from(stranger.publicKey), kem, true, usages);
    const { sharedKey, ciphertext } = await service.subtle.encapsulateKey(kem, publicKey, ...cipher);
    await expectKept(service, sharedKey, ml_kem768.decapsulate(new Uint8Array(ciphertext), stranger.secretKey));
  });

  test('still lets deriveKey make a key of the secret', async () => {
    const own = (await service.subtle.generateKey('X25519', false, ['deriveKey'])) as CryptoKeyPair;
    const { peer, params } = await importPeer(service);
    const spki = Buffer.from(await service.subtle.exportKey('spki', own.publicKey));
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const secret = diffieHellman({ privateKey: peer.privateKey, publicKey });
    const aes = { name: 'AES-CTR', length: 256 };
    const key = await service.subtle.deriveKey(params, own.privateKey, aes, false, ['encrypt', 'wrapKey']);
    await expectKept(service, key, secret);

    const input = await service.subtle.deriveKey(params, own.privateKey, 'HKDF', false, ['deriveKey']);
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: message };
    const second = await service.subtle.deriveKey(hkdf, input, aes, false, ['encrypt', 'wrapKey']);
    await expectKept(service, second, new Uint8Array(hkdfSync('sha256', secret, '', message, 32)));
  });

  test('leaves other roles what they may', async () => {
    const { privateKey, publicKey } = await kemPair(operator);
    const { sharedKey, ciphertext } = await operator.subtle.encapsulateBits(kem, publicKey);
    expect(await operator.subtle.decapsulateBits(kem, privateKey, ciphertext)).toEqual(sharedKey);
  });
});

test('the shared key of encapsulateKey stays in the sidecar where the public key is one of the runtime', async () => {
  await using hsm = await sidecar.connect();
  const stranger = ml_kem768.keygen();
  const raw = Buffer.from(stranger.publicKey);
  const publicKey = await hsm.subtle.importKey('raw-public', raw, kem, true, ['encapsulateKey']);
  expect(publicKey).toBeInstanceOf(CryptoKey);
  const { sharedKey, ciphertext } = await hsm.subtle.encapsulateKey(kem, publicKey, ...cipher);
  await expectKept(hsm, sharedKey, ml_kem768.decapsulate(new Uint8Array(ciphertext), stranger.secretKey));
});
