import type { KeyUsage } from '../generated/types.ts';
import { callNative } from '../local/native-crypto.ts';
import { encapsulateWithNoble } from '../local/noble-public-keys.ts';
import type { AlgorithmIdentifierValue } from './algorithm-name.ts';
import type { KeyCustody } from './key-custody.ts';
import { isRemote, publicKeyHere, requireUse } from './key-use.ts';
import { normalizeAlgorithm } from './normalization.ts';
import { refusePersistentName } from './persistent-name.ts';
import { type ByteSource, copyBytes, toArrayBuffer } from './web-idl.ts';

/** In the sidecar even for a native public key, so that the shared key never is in this process. */
export async function encapsulateKey(
  custody: KeyCustody,
  identifier: AlgorithmIdentifierValue,
  key: CryptoKey,
  sharedKeyIdentifier: AlgorithmIdentifierValue,
  extractable: boolean,
  usages: KeyUsage[],
): Promise<unknown> {
  refusePersistentName(sharedKeyIdentifier);
  const algorithm = normalizeAlgorithm('encapsulate', identifier);
  const sharedKeyAlgorithm = normalizeAlgorithm('importKey', sharedKeyIdentifier);
  requireUse(key, algorithm.name, 'encapsulateKey');
  const { sharedKey, ciphertext } = await custody.lend(key, (handle) => {
    const params = { algorithm, key: handle, sharedKeyAlgorithm, extractable, usages };
    return custody.rpc.call('subtle.encapsulateKey', params);
  });
  return { sharedKey: await custody.adopt(sharedKey), ciphertext: toArrayBuffer(ciphertext) };
}

export async function encapsulateBits(
  custody: KeyCustody,
  identifier: AlgorithmIdentifierValue,
  key: CryptoKey,
): Promise<unknown> {
  if (!isRemote(key)) return callNative('encapsulateBits', [identifier, key]);
  const algorithm = normalizeAlgorithm('encapsulate', identifier);
  requireUse(key, algorithm.name, 'encapsulateBits');
  const publicKey = publicKeyHere(custody, key);
  const here = publicKey && (await encapsulateWithNoble(algorithm.name, publicKey));
  const { sharedKey, ciphertext } =
    here ?? (await custody.rpc.call('subtle.encapsulateBits', { algorithm, key: custody.handle(key) }));
  return { sharedKey: toArrayBuffer(sharedKey), ciphertext: toArrayBuffer(ciphertext) };
}

export async function decapsulateKey(
  custody: KeyCustody,
  identifier: AlgorithmIdentifierValue,
  key: CryptoKey,
  ciphertext: ByteSource,
  sharedKeyIdentifier: AlgorithmIdentifierValue,
  extractable: boolean,
  usages: KeyUsage[],
): Promise<unknown> {
  refusePersistentName(sharedKeyIdentifier);
  if (!isRemote(key)) {
    return callNative('decapsulateKey', [identifier, key, ciphertext, sharedKeyIdentifier, extractable, usages]);
  }
  const algorithm = normalizeAlgorithm('decapsulate', identifier);
  const sharedKeyAlgorithm = normalizeAlgorithm('importKey', sharedKeyIdentifier);
  requireUse(key, algorithm.name, 'decapsulateKey');
  const { sharedKey } = await custody.rpc.call('subtle.decapsulateKey', {
    algorithm,
    key: custody.handle(key),
    ciphertext: copyBytes(ciphertext),
    sharedKeyAlgorithm,
    extractable,
    usages,
  });
  return custody.adopt(sharedKey);
}

export async function decapsulateBits(
  custody: KeyCustody,
  identifier: AlgorithmIdentifierValue,
  key: CryptoKey,
  ciphertext: ByteSource,
): Promise<unknown> {
  if (!isRemote(key)) return callNative('decapsulateBits', [identifier, key, ciphertext]);
  const algorithm = normalizeAlgorithm('decapsulate', identifier);
  requireUse(key, algorithm.name, 'decapsulateBits');
  const params = { algorithm, key: custody.handle(key), ciphertext: copyBytes(ciphertext) };
  return toArrayBuffer((await custody.rpc.call('subtle.decapsulateBits', params)).sharedKey);
}
