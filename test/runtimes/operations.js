import { check, data, hex, sameBytes } from './checks.js';

// Cases of cryptography: each returns evidence.

export async function signs(hsm, algorithm, params = algorithm) {
  const { privateKey, publicKey } = await hsm.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const signature = await hsm.subtle.sign(params, privateKey, data);
  const spki = await hsm.subtle.exportKey('spki', publicKey);
  const imported = await hsm.subtle.importKey('spki', spki, algorithm, true, ['verify']);
  for (const key of [publicKey, imported]) {
    check(await hsm.subtle.verify(params, key, signature, data), 'the signature verifies');
    check(!(await hsm.subtle.verify(params, key, signature, data.subarray(1))), 'that of other data does not verify');
  }
  return { data: hex(data), spki: hex(spki), signature: hex(signature) };
}

export async function encapsulates(hsm, algorithm) {
  const usages = ['encapsulateKey', 'encapsulateBits', 'decapsulateKey', 'decapsulateBits'];
  const { privateKey, publicKey } = await hsm.subtle.generateKey(algorithm, true, usages);
  const raw = await hsm.subtle.exportKey('raw-public', publicKey);
  const imported = await hsm.subtle.importKey('raw-public', raw, algorithm, true, ['encapsulateBits']);
  const { ciphertext, sharedKey } = await hsm.subtle.encapsulateBits(algorithm, imported);
  const opened = await hsm.subtle.decapsulateBits(algorithm, privateKey, ciphertext);
  check(sameBytes(opened, sharedKey), 'both sides have the same shared secret');

  const aes = [{ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']];
  const sent = await hsm.subtle.encapsulateKey(algorithm, publicKey, ...aes);
  const received = await hsm.subtle.decapsulateKey(algorithm, privateKey, sent.ciphertext, ...aes);
  const gcm = { name: 'AES-GCM', iv: new Uint8Array(12) };
  const encrypted = await hsm.subtle.encrypt(gcm, sent.sharedKey, data);
  check(sameBytes(await hsm.subtle.decrypt(gcm, received, encrypted), data), 'both sides have the same shared key');

  const seed = await hsm.subtle.exportKey('raw-seed', privateKey);
  return { seed: hex(seed), ciphertext: hex(ciphertext), sharedKey: hex(sharedKey) };
}

export async function encrypts({ subtle, crypto }) {
  const key = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt']);
  const gcm = { name: 'AES-GCM', iv: crypto.getRandomValues(new Uint8Array(12)), additionalData: data };
  const ciphertext = await subtle.encrypt(gcm, key, data);
  check(sameBytes(await subtle.decrypt(gcm, key, ciphertext), data), 'what was encrypted decrypts');

  const megabyte = new Uint8Array(1 << 20).fill(7);
  const encrypted = await subtle.encrypt(gcm, key, megabyte);
  check(encrypted.byteLength === megabyte.length + 16, 'a large message is encrypted');
  const [sent, received] = await Promise.all([
    subtle.digest('SHA-256', megabyte),
    subtle.decrypt(gcm, key, encrypted).then((decrypted) => subtle.digest('SHA-256', decrypted)),
  ]);
  check(sameBytes(sent, received), 'a large message decrypts');
  const evidence = { key: await subtle.exportKey('raw', key), iv: gcm.iv, additionalData: data, data, ciphertext };
  return Object.fromEntries(Object.entries(evidence).map(([name, bytes]) => [name, hex(bytes)]));
}

export async function agrees({ subtle }) {
  const algorithm = { name: 'ECDH', namedCurve: 'P-256' };
  const [own, peer] = [
    await subtle.generateKey(algorithm, false, ['deriveBits']),
    await subtle.generateKey(algorithm, true, ['deriveBits']),
  ];
  const bits = await subtle.deriveBits({ name: 'ECDH', public: peer.publicKey }, own.privateKey, 256);
  const spki = await subtle.exportKey('spki', own.publicKey);
  return { peer: hex(await subtle.exportKey('pkcs8', peer.privateKey)), spki: hex(spki), bits: hex(bits) };
}
