import { check, data, hex, rejection } from './checks.js';

// Cases of the client: named keys, the face of WebCrypto, errors, connections.

export async function keepsNamedKeys(hsm, { FerroHsmError, prefix }) {
  const name = `${prefix}/named`;
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const params = { name: 'ECDSA', hash: 'SHA-256' };
  const created = await hsm.keys.create({ name, algorithm, usages: ['sign', 'verify'] });
  const found = await hsm.keys.get(name);
  check(found.id === created.id, 'the key is found by its name');
  const signature = await hsm.subtle.sign(params, found.privateKey, data);
  check(await hsm.subtle.verify(params, created.publicKey, signature, data), 'the named key signs');
  const listed = [];
  for await (const record of hsm.keys.list({ prefix })) listed.push(record.name);
  check(listed.join() === name, 'the key is listed');
  const again = await rejection(hsm.keys.create({ name, algorithm, usages: ['sign'] }));
  check(again instanceof FerroHsmError && again.code === 'already_exists', 'a name is taken once');
  const spki = await hsm.subtle.exportKey('spki', found.publicKey);
  return { data: hex(data), spki: hex(spki), signature: hex(signature) };
}

export async function looksLikeWebCrypto(hsm, { install }) {
  const { subtle } = hsm;
  const { privateKey, publicKey } = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  check(privateKey instanceof CryptoKey && publicKey instanceof CryptoKey, 'keys are instances of CryptoKey');
  check(Object.prototype.toString.call(privateKey) === '[object CryptoKey]', 'keys say CryptoKey');
  check(privateKey.type === 'private' && privateKey.algorithm.namedCurve === 'P-256', 'keys describe themselves');
  const params = { name: 'ECDSA', hash: 'SHA-256' };
  check(
    (await rejection(crypto.subtle.sign(params, privateKey, data))) instanceof Error,
    'the runtime refuses the key',
  );

  const uninstall = install(hsm.crypto);
  try {
    const signature = await crypto.subtle.sign(params, privateKey, data);
    check(crypto.subtle.constructor === SubtleCrypto, 'the installed crypto looks native');
    const digest = await crypto.subtle.digest('SHA-256', data);
    const spki = await hsm.subtle.exportKey('spki', publicKey);
    return { data: hex(data), spki: hex(spki), signature: hex(signature), digest: hex(digest) };
  } finally {
    uninstall();
  }
}

export async function showsErrors(hsm, { FerroHsmError }) {
  const missing = await rejection(hsm.keys.get('no/such/key'));
  check(missing instanceof FerroHsmError && missing.code === 'not_found', 'a missing key is not_found');
  check(typeof missing.hint === 'string' && missing.message.length > 0, 'errors have a message and a hint');

  const { subtle } = hsm;
  const key = await subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt', 'decrypt']);
  const gcm = { name: 'AES-GCM', iv: new Uint8Array(12) };
  const forged = await rejection(subtle.decrypt(gcm, key, new Uint8Array(32)));
  check(forged instanceof DOMException && forged.name === 'OperationError', 'a forgery is an OperationError');
  check(forged.cause instanceof FerroHsmError, 'the cause is what the sidecar said');
  const refused = await rejection(subtle.exportKey('raw', key));
  check(refused instanceof DOMException && refused.name === 'InvalidAccessError', 'what is kept is not exported');
  const unknown = await rejection(subtle.generateKey('ROT13', false, ['encrypt']));
  check(unknown instanceof DOMException && unknown.name === 'NotSupportedError', 'ROT13 is not supported');
  check((await rejection(subtle.sign())) instanceof TypeError, 'missing arguments are a TypeError');
  return {};
}

export async function refusesToConnect(_hsm, { FerroHsmError, connect, nobody }) {
  const stranger = await rejection(connect({ token: 'a-token-that-nobody-has' }));
  check(stranger instanceof FerroHsmError && stranger.code === 'unauthenticated', 'a stranger is unauthenticated');
  const lost = await rejection(connect({ ...nobody, connectTimeoutMs: 300 }));
  check(lost instanceof FerroHsmError && lost.code === 'connection_lost', 'silence is connection_lost');
  return {};
}

/** Public keys of every algorithm are used in the runtime: they outlive the connection. */
export async function closes(hsm, { FerroHsmError }) {
  const { subtle } = hsm;
  const signer = await subtle.generateKey('ML-DSA-65', false, ['sign', 'verify']);
  const signature = await subtle.sign('ML-DSA-65', signer.privateKey, data);
  const recipient = await subtle.generateKey('MLKEM768-X25519', true, ['encapsulateBits', 'decapsulateBits']);
  const seed = await subtle.exportKey('raw-seed', recipient.privateKey);

  await hsm.close();
  check(await subtle.verify('ML-DSA-65', signer.publicKey, signature, data), 'the signature verifies');
  check(!(await subtle.verify('ML-DSA-65', signer.publicKey, signature, signature)), 'not one of other data');
  const { ciphertext, sharedKey } = await subtle.encapsulateBits('MLKEM768-X25519', recipient.publicKey);
  const error = await rejection(hsm.keys.get('any'));
  check(error instanceof FerroHsmError && error.code === 'connection_lost', 'a closed client refuses');
  return { seed: hex(seed), ciphertext: hex(ciphertext), sharedKey: hex(sharedKey) };
}
