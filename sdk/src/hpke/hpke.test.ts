import * as core from '@hpke/core';
import * as peer from 'hpke';
import { describe, expect, test } from 'vitest';
import {
  createHpke,
  type HpkeAeadName,
  type HpkeKdfName,
  type HpkeKemName,
  type HpkeSubtleCrypto,
  type HpkeSuite,
  hpkeSuiteIds,
  hpkeSuiteOf,
} from './index.ts';

const subtle = globalThis.crypto.subtle as SubtleCrypto & Required<HpkeSubtleCrypto>;
const bytes = (text: string) => new TextEncoder().encode(text);
const message = bytes('to the recipient alone');
const info = bytes('what both parties know');
const aad = bytes('not secret');
const psk = { id: bytes('number 7'), key: new Uint8Array(32).fill(7) };

/** KEMs as the second implementation names them, and the algorithm of their keys. */
const kems: Readonly<Record<HpkeKemName, { readonly kem: peer.KEMFactory; readonly algorithm: Algorithm }>> = {
  'DHKEM(P-256, HKDF-SHA256)': { kem: peer.KEM_DHKEM_P256_HKDF_SHA256, algorithm: ecdh('P-256') },
  'DHKEM(P-384, HKDF-SHA384)': { kem: peer.KEM_DHKEM_P384_HKDF_SHA384, algorithm: ecdh('P-384') },
  'DHKEM(P-521, HKDF-SHA512)': { kem: peer.KEM_DHKEM_P521_HKDF_SHA512, algorithm: ecdh('P-521') },
  'DHKEM(X25519, HKDF-SHA256)': { kem: peer.KEM_DHKEM_X25519_HKDF_SHA256, algorithm: { name: 'X25519' } },
  'DHKEM(X448, HKDF-SHA512)': { kem: peer.KEM_DHKEM_X448_HKDF_SHA512, algorithm: { name: 'X448' } },
  'ML-KEM-512': { kem: peer.KEM_ML_KEM_512, algorithm: { name: 'ML-KEM-512' } },
  'ML-KEM-768': { kem: peer.KEM_ML_KEM_768, algorithm: { name: 'ML-KEM-768' } },
  'ML-KEM-1024': { kem: peer.KEM_ML_KEM_1024, algorithm: { name: 'ML-KEM-1024' } },
  'MLKEM768-P256': { kem: peer.KEM_MLKEM768_P256, algorithm: { name: 'MLKEM768-P256' } },
  'MLKEM768-X25519': { kem: peer.KEM_MLKEM768_X25519, algorithm: { name: 'MLKEM768-X25519' } },
  'MLKEM1024-P384': { kem: peer.KEM_MLKEM1024_P384, algorithm: { name: 'MLKEM1024-P384' } },
};
const kdfs: Readonly<Record<HpkeKdfName, peer.KDFFactory>> = {
  'HKDF-SHA256': peer.KDF_HKDF_SHA256,
  'HKDF-SHA384': peer.KDF_HKDF_SHA384,
  'HKDF-SHA512': peer.KDF_HKDF_SHA512,
  SHAKE128: peer.KDF_SHAKE128,
  SHAKE256: peer.KDF_SHAKE256,
  TurboSHAKE128: peer.KDF_TurboSHAKE128,
  TurboSHAKE256: peer.KDF_TurboSHAKE256,
};
const aeads: Readonly<Record<HpkeAeadName, peer.AEADFactory>> = {
  'AES-128-GCM': peer.AEAD_AES_128_GCM,
  'AES-256-GCM': peer.AEAD_AES_256_GCM,
  ChaCha20Poly1305: peer.AEAD_ChaCha20Poly1305,
  'Export-only': peer.AEAD_EXPORT_ONLY,
};
const allKems = Object.keys(kems) as HpkeKemName[];
const allKdfs = Object.keys(kdfs) as HpkeKdfName[];
const allAeads = Object.keys(aeads) as HpkeAeadName[];

function ecdh(namedCurve: string): EcKeyAlgorithm {
  return { name: 'ECDH', namedCurve };
}

function peerOf({ kem, kdf, aead }: HpkeSuite): peer.CipherSuite {
  return new peer.CipherSuite(kems[kem].kem, kdfs[kdf], aeads[aead]);
}

async function generatePair(kem: HpkeKemName): Promise<CryptoKeyPair> {
  const usages = kem.startsWith('DHKEM') ? ['deriveBits'] : ['encapsulateBits', 'decapsulateBits'];
  return (await subtle.generateKey(kems[kem].algorithm, false, usages as KeyUsage[])) as CryptoKeyPair;
}

/** Each party with either implementation, with messages where the AEAD has them, and an export. */
async function checkWithPeer(suite: HpkeSuite, isPsk: boolean): Promise<void> {
  const pair = await generatePair(suite.kem);
  const [own, other] = [createHpke(subtle, suite), peerOf(suite)];
  const setup = { info, ...(isPsk ? { psk } : {}) };
  const otherSetup = { info, ...(isPsk ? { psk: psk.key, pskId: psk.id } : {}) };

  const sender = await own.setupSender(pair.publicKey, setup);
  const otherRecipient = await other.SetupRecipient(pair, sender.enc, otherSetup);
  const { encapsulatedSecret, ctx } = await other.SetupSender(pair.publicKey, otherSetup);
  const recipient = await own.setupRecipient(pair, copy(encapsulatedSecret), setup);

  expect(await otherRecipient.Export(aad, 100)).toEqual(await sender.export(aad, 100));
  expect(await recipient.export(aad, 100)).toEqual(await ctx.Export(aad, 100));
  if (suite.aead === 'Export-only') return;
  for (const additional of [aad, undefined]) {
    expect(await otherRecipient.Open(await sender.seal(message, additional), additional)).toEqual(message);
    expect(await recipient.open(copy(await ctx.Seal(message, additional)), additional)).toEqual(message);
  }
}

const copy = (source: Uint8Array) => Uint8Array.from(source);

describe('together with hpke', () => {
  test.each(allKems)('%s, each AEAD, base and PSK', async (kem) => {
    for (const aead of allAeads) {
      for (const isPsk of [false, true]) await checkWithPeer({ kem, kdf: 'HKDF-SHA256', aead }, isPsk);
    }
  });

  test.each(allKdfs)('%s, each AEAD, base and PSK', async (kdf) => {
    for (const aead of allAeads) {
      for (const isPsk of [false, true]) await checkWithPeer({ kem: 'MLKEM768-X25519', kdf, aead }, isPsk);
    }
  });

  test('more than 256 messages, whose numbers carry', async () => {
    const suite: HpkeSuite = { kem: 'ML-KEM-512', kdf: 'SHAKE128', aead: 'AES-128-GCM' };
    const pair = await generatePair(suite.kem);
    const sender = await createHpke(subtle, suite).setupSender(pair.publicKey);
    const recipient = await peerOf(suite).SetupRecipient(pair, sender.enc);
    for (let number = 0; number < 260; number += 1) {
      expect(await recipient.Open(await sender.seal(message))).toEqual(message);
    }
  });
});

test('@hpke/core opens what was sealed, and seals what opens', async () => {
  const suite: HpkeSuite = { kem: 'DHKEM(X25519, HKDF-SHA256)', kdf: 'HKDF-SHA512', aead: 'AES-256-GCM' };
  const other = new core.CipherSuite({
    kem: new core.DhkemX25519HkdfSha256(),
    kdf: new core.HkdfSha512(),
    aead: new core.Aes256Gcm(),
  });
  const own = createHpke(subtle, suite);
  const pair = await generatePair(suite.kem);
  const { enc, ciphertext } = await own.seal(pair.publicKey, message, { info, aad });
  const opened = await other.open(
    { recipientKey: pair, enc: enc.buffer, info: info.buffer },
    ciphertext.buffer,
    aad.buffer,
  );
  expect(new Uint8Array(opened)).toEqual(message);
  const sealed = await other.seal(
    { recipientPublicKey: pair.publicKey, info: info.buffer },
    message.buffer,
    aad.buffer,
  );
  expect(await own.open(pair, { enc: sealed.enc, ciphertext: sealed.ct }, { info, aad })).toEqual(message);
});

const suite: HpkeSuite = { kem: 'DHKEM(P-256, HKDF-SHA256)', kdf: 'HKDF-SHA256', aead: 'AES-128-GCM' };
const hpke = createHpke(subtle, suite);
const pair = await generatePair(suite.kem);

test('a secret goes to one recipient without a message', async () => {
  const { enc, secret } = await hpke.sendExport(pair.publicKey, { info, context: aad, bytes: 48 });
  expect(secret).toEqual(await peerOf(suite).ReceiveExport(pair, enc, aad, 48, { info }));
  expect(await hpke.receiveExport(pair, enc, { info, context: aad, bytes: 48 })).toEqual(secret);
});

type Sealed = Uint8Array<ArrayBuffer>;

test('messages have the order of the calls, and one that does not open takes no number', async () => {
  const sender = await hpke.setupSender(pair.publicKey);
  const texts = ['first', 'second', 'third'].map(bytes);
  const sealed = await Promise.all(texts.map((each) => sender.seal(each)));
  const recipient = await hpke.setupRecipient(pair, sender.enc);
  const [first, second, third] = sealed as [Sealed, Sealed, Sealed];
  const calls = [recipient.open(second), recipient.open(first), recipient.open(third), recipient.open(second)];
  const outcomes = await Promise.allSettled([...calls, recipient.open(third)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
});

test('a buffer that changes after the call changes nothing', async () => {
  const changing = Uint8Array.from(message);
  const sealing = hpke.seal(pair.publicKey, changing);
  changing.fill(0);
  expect(await hpke.open(pair, await sealing)).toEqual(message);
});

describe('refused', () => {
  async function expectRefusals(attempts: readonly Promise<unknown>[], code: string): Promise<void> {
    const refusal = { status: 'rejected', reason: expect.objectContaining({ code }) };
    expect(await Promise.allSettled(attempts)).toEqual(attempts.map(() => refusal));
  }

  test('a message, enc, info, aad or pre-shared key that is another', async () => {
    const sealed = await hpke.seal(pair.publicKey, message, { info, aad, psk });
    const { enc } = await hpke.seal(pair.publicKey, message);
    const changed = Uint8Array.from(sealed.ciphertext, (byte, place) => (place === 3 ? byte ^ 1 : byte));
    const attempts = [
      hpke.open(pair, { ...sealed, ciphertext: changed }, { info, aad, psk }),
      hpke.open(pair, { ...sealed, enc }, { info, aad, psk }),
      hpke.open(pair, sealed, { aad, psk }),
      hpke.open(pair, sealed, { info, psk }),
      hpke.open(pair, sealed, { info, aad }),
      hpke.open(pair, sealed, { info, aad, psk: { ...psk, id: aad } }),
      hpke.open(await generatePair(suite.kem), sealed, { info, aad, psk }),
    ];
    await expectRefusals(attempts, 'operation_failed');
    expect(await hpke.open(pair, sealed, { info, aad, psk })).toEqual(message);
  });

  test('an enc that is no public key', async () => {
    const { ciphertext } = await hpke.seal(pair.publicKey, message);
    await expect(hpke.open(pair, { enc: new Uint8Array(64), ciphertext })).rejects.toMatchObject({
      code: 'data_invalid',
      detail: 'an enc of 64 bytes',
    });
    await expect(hpke.open(pair, { enc: new Uint8Array(65), ciphertext })).rejects.toMatchObject({ name: 'DataError' });
  });

  test.each(['DHKEM(X25519, HKDF-SHA256)', 'DHKEM(X448, HKDF-SHA512)'] as const)(
    'an enc of %s that agrees on zeros',
    async (kem) => {
      const own = createHpke(subtle, { ...suite, kem });
      const recipient = await generatePair(kem);
      const { enc, ciphertext } = await own.seal(recipient.publicKey, message);
      await expect(own.open(recipient, { enc: enc.map(() => 0), ciphertext })).rejects.toThrow();
    },
  );

  test('keys of another type, curve or algorithm', async () => {
    const p384 = await generatePair('DHKEM(P-384, HKDF-SHA384)');
    const mlKem = await generatePair('ML-KEM-768');
    const enc = new Uint8Array(65);
    for (const key of [pair.privateKey, p384.publicKey, mlKem.publicKey]) {
      await expect(hpke.seal(key, message)).rejects.toMatchObject({ code: 'access_invalid' });
    }
    for (const key of [pair.publicKey, p384.privateKey, mlKem]) {
      await expect(hpke.setupRecipient(key, enc)).rejects.toMatchObject({ code: 'access_invalid' });
    }
  });

  test('what is no buffer, and lengths that do not fit', async () => {
    const long = new Uint8Array(0x10000);
    const exporter = await hpke.setupSender(pair.publicKey);
    const attempts = [
      hpke.seal(pair.publicKey, 'text' as unknown as BufferSource),
      hpke.seal(pair.publicKey, undefined as unknown as BufferSource),
      hpke.seal(pair.publicKey, message, { info: long }),
      hpke.seal(pair.publicKey, message, { psk: { id: psk.id, key: psk.key.subarray(1) } }),
      hpke.seal(pair.publicKey, message, { psk: { id: new Uint8Array(0), key: psk.key } }),
      exporter.export(long, 32),
      ...[0, -1, 1.5, 255 * 32 + 1].map((length) => exporter.export(info, length)),
    ];
    await expectRefusals(attempts, 'type_invalid');
    expect(await exporter.export(info, 255 * 32)).toHaveLength(255 * 32);
  });

  test('messages with a suite that only exports', async () => {
    const own = createHpke(subtle, { ...suite, aead: 'Export-only' });
    await expect(own.seal(pair.publicKey, message)).rejects.toMatchObject({ code: 'not_supported' });
  });

  test('suites and methods that are not there', async () => {
    const wrong = { ...suite, kem: 'toString' as HpkeKemName };
    expect(() => createHpke(subtle, wrong)).toThrow('hpke kem toString');
    expect(() => hpkeSuiteOf({ kem: 0x10, kdf: 1, aead: 9 })).toThrow('hpke aead 9');
    const { importKey, exportKey, deriveBits } = SubtleCrypto.prototype;
    const old = { importKey, exportKey, deriveBits } as HpkeSubtleCrypto;
    const mlKem = await generatePair('ML-KEM-768');
    const attempt = createHpke(old, { ...suite, kem: 'ML-KEM-768' }).seal(mlKem.publicKey, message);
    await expect(attempt).rejects.toMatchObject({ code: 'not_supported' });
  });
});

test('suites have the numbers of the registries', () => {
  const ids = { kem: 0x647a, kdf: 0x0011, aead: 0x0002 };
  expect(hpkeSuiteOf(ids)).toEqual({ kem: 'MLKEM768-X25519', kdf: 'SHAKE256', aead: 'AES-256-GCM' });
  for (const kem of allKems) {
    for (const kdf of allKdfs) {
      const names = { kem, kdf, aead: 'Export-only' } as const;
      expect(hpkeSuiteOf(hpkeSuiteIds(names))).toEqual(names);
      const other = peerOf(names);
      expect(hpkeSuiteIds(names)).toEqual({ kem: other.KEM.id, kdf: other.KDF.id, aead: other.AEAD.id });
    }
  }
});
