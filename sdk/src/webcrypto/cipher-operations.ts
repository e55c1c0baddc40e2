import type { KeyFormat, KeyUsage } from '../generated/types.ts';
import { callNative } from '../local/native-crypto.ts';
import { returnMemory } from '../returned-memory.ts';
import type { AlgorithmIdentifierValue } from './algorithm-name.ts';
import type { KeyCustody } from './key-custody.ts';
import { isRemote, requireUse } from './key-use.ts';
import { normalizeAlgorithm, normalizeEither } from './normalization.ts';
import { refusePersistentName } from './persistent-name.ts';
import { type ByteSource, copyBytes, toArrayBuffer } from './web-idl.ts';

export const encrypt = cipherOperation('encrypt');
export const decrypt = cipherOperation('decrypt');

function cipherOperation(name: 'encrypt' | 'decrypt') {
  return async (
    custody: KeyCustody,
    algorithm: AlgorithmIdentifierValue,
    key: CryptoKey,
    data: ByteSource,
  ): Promise<unknown> => {
    if (!isRemote(key)) return callNative(name, [algorithm, key, data]);
    const normalized = normalizeAlgorithm(name, algorithm);
    requireUse(key, normalized.name, name);
    const copy = copyBytes(data);
    const params = { algorithm: normalized, key: custody.handle(key), data: copy };
    const answer = await custody.rpc.call(`subtle.${name}`, params);
    returnMemory(copy);
    return toArrayBuffer(answer.data);
  };
}

/** Either key may be native if it is extractable: it is lent to the sidecar, so the other key need not leave it. */
export async function wrapKey(
  custody: KeyCustody,
  format: KeyFormat,
  key: CryptoKey,
  wrappingKey: CryptoKey,
  algorithm: AlgorithmIdentifierValue,
): Promise<unknown> {
  if (!isRemote(key) && !isRemote(wrappingKey)) return callNative('wrapKey', [format, key, wrappingKey, algorithm]);
  const wrapAlgorithm = normalizeEither('wrapKey', 'encrypt', algorithm);
  requireUse(wrappingKey, wrapAlgorithm.name, 'wrapKey');
  const { wrappedKey } = await custody.lend(key, (handle) =>
    custody.lend(wrappingKey, (wrappingHandle) =>
      custody.rpc.call('subtle.wrapKey', { format, key: handle, wrappingKey: wrappingHandle, wrapAlgorithm }),
    ),
  );
  return toArrayBuffer(wrappedKey);
}

export async function unwrapKey(
  custody: KeyCustody,
  format: KeyFormat,
  wrappedKey: ByteSource,
  unwrappingKey: CryptoKey,
  algorithm: AlgorithmIdentifierValue,
  keyAlgorithm: AlgorithmIdentifierValue,
  extractable: boolean,
  usages: KeyUsage[],
): Promise<unknown> {
  refusePersistentName(keyAlgorithm);
  if (!isRemote(unwrappingKey)) {
    const args = [format, wrappedKey, unwrappingKey, algorithm, keyAlgorithm, extractable, usages];
    return callNative('unwrapKey', args);
  }
  const unwrapAlgorithm = normalizeEither('unwrapKey', 'decrypt', algorithm);
  const unwrappedKeyAlgorithm = normalizeAlgorithm('importKey', keyAlgorithm);
  requireUse(unwrappingKey, unwrapAlgorithm.name, 'unwrapKey');
  const { key } = await custody.rpc.call('subtle.unwrapKey', {
    format,
    wrappedKey: copyBytes(wrappedKey),
    unwrappingKey: custody.handle(unwrappingKey),
    unwrapAlgorithm,
    unwrappedKeyAlgorithm,
    extractable,
    usages,
  });
  return custody.adopt(key);
}
