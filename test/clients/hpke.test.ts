import * as core from '@hpke/core';
import * as hpke from 'hpke';
import { expect, test } from 'vitest';
import { type Algorithm, type Usages, useSidecar } from './test-sidecar.ts';

const sidecar = useSidecar({ isGlobal: true });
const message = new TextEncoder().encode('to the recipient alone');

test('@hpke/core opens with DHKEM(P-256), the private key in the sidecar', async () => {
  const suite = new core.CipherSuite({
    kem: new core.DhkemP256HkdfSha256(),
    kdf: new core.HkdfSha256(),
    aead: new core.Aes128Gcm(),
  });
  const { privateKey, publicKey } = await sidecar.createKey({ name: 'ECDH', namedCurve: 'P-256' }, ['deriveBits']);
  const sender = await suite.createSenderContext({ recipientPublicKey: publicKey });
  const sealed = await sender.seal(message.buffer);
  const recipient = await suite.createRecipientContext({ recipientKey: { privateKey, publicKey }, enc: sender.enc });
  expect(new Uint8Array(await recipient.open(sealed))).toEqual(message);
});

const kems: Record<string, { kem: hpke.KEMFactory; algorithm: Algorithm; usages: Usages }> = {
  'MLKEM768-X25519': {
    kem: hpke.KEM_MLKEM768_X25519,
    algorithm: 'MLKEM768-X25519',
    usages: ['encapsulateBits', 'decapsulateBits'],
  },
  'ML-KEM-768': { kem: hpke.KEM_ML_KEM_768, algorithm: 'ML-KEM-768', usages: ['encapsulateBits', 'decapsulateBits'] },
  'DHKEM(X25519)': { kem: hpke.KEM_DHKEM_X25519_HKDF_SHA256, algorithm: 'X25519', usages: ['deriveBits'] },
};

test.each(Object.entries(kems))(
  'hpke opens with %s, the private key in the sidecar',
  async (_, { kem, algorithm, usages }) => {
    const suite = new hpke.CipherSuite(kem, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES_256_GCM);
    const { privateKey, publicKey } = await sidecar.createKey(algorithm, usages);
    const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, message);
    expect(await suite.Open({ privateKey, publicKey }, encapsulatedSecret, ciphertext)).toEqual(message);
  },
);
