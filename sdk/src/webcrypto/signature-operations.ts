import { callNative } from '../local/native-crypto.ts';
import { verifyWithNoble } from '../local/noble-public-keys.ts';
import type { AlgorithmIdentifierValue } from './algorithm-name.ts';
import type { KeyCustody } from './key-custody.ts';
import { isRemote, publicKeyHere, requireUse } from './key-use.ts';
import { normalizeAlgorithm } from './normalization.ts';
import { hashFor, signPrehashed } from './prehashed-signature.ts';
import { type ByteSource, copyBytes, toArrayBuffer } from './web-idl.ts';

export async function sign(
  custody: KeyCustody,
  algorithm: AlgorithmIdentifierValue,
  key: CryptoKey,
  data: ByteSource,
): Promise<unknown> {
  if (!isRemote(key)) return callNative('sign', [algorithm, key, data]);
  const normalized = normalizeAlgorithm('sign', algorithm);
  requireUse(key, normalized.name, 'sign');
  const signing = { algorithm: normalized, key: custody.handle(key) };
  const hash = hashFor(custody, key, data);
  if (hash !== undefined) return toArrayBuffer(await signPrehashed(custody, signing, hash, data));
  return toArrayBuffer((await custody.rpc.call('subtle.sign', { ...signing, data: copyBytes(data) })).signature);
}

export async function verify(
  custody: KeyCustody,
  algorithm: AlgorithmIdentifierValue,
  key: CryptoKey,
  signature: ByteSource,
  data: ByteSource,
): Promise<unknown> {
  if (!isRemote(key)) return callNative('verify', [algorithm, key, signature, data]);
  const normalized = normalizeAlgorithm('verify', algorithm);
  requireUse(key, normalized.name, 'verify');
  const copies = { signature: copyBytes(signature), data: copyBytes(data) };
  const publicKey = publicKeyHere(custody, key);
  const here = publicKey && (await verifyWithNoble(normalized, publicKey, copies.signature, copies.data));
  if (here !== undefined) return here;
  const params = { algorithm: normalized, key: custody.handle(key), ...copies };
  return (await custody.rpc.call('subtle.verify', params)).valid;
}

/** No key and no secret: always local. */
export async function digest(
  _custody: KeyCustody,
  algorithm: AlgorithmIdentifierValue,
  data: ByteSource,
): Promise<unknown> {
  return callNative('digest', [algorithm, data]);
}
