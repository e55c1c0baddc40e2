import { createRecord, type NewKey } from '../client/key-records.ts';
import { NamedKey } from '../client/named-key.ts';
import type { Algorithm, KeyFormat, KeyUsage } from '../generated/types.ts';
import { callNative } from '../local/native-crypto.ts';
import { importPublicKey } from '../local/public-keys.ts';
import type { AlgorithmIdentifierValue } from './algorithm-name.ts';
import { findAlgorithm } from './algorithm-registry.ts';
import { decodeJwk, encodeJwk, isPublicJwk } from './json-web-key.ts';
import type { KeyCustody } from './key-custody.ts';
import { isRemote } from './key-use.ts';
import { normalizeAlgorithm } from './normalization.ts';
import { readPersistentName, refuseExtractable, refusePersistentName } from './persistent-name.ts';
import { type ByteSource, copyBytes, toArrayBuffer } from './web-idl.ts';

export async function generateKey(
  custody: KeyCustody,
  identifier: AlgorithmIdentifierValue,
  extractable: boolean,
  usages: KeyUsage[],
): Promise<unknown> {
  const algorithm = normalizeAlgorithm('generateKey', identifier);
  const persistent = readPersistentName(identifier);
  if (persistent !== undefined) return generateNamedKey(custody, { ...persistent, algorithm, usages }, extractable);
  const generated = await custody.rpc.call('subtle.generateKey', { algorithm, extractable, usages });
  if ('key' in generated) return custody.adopt(generated.key);
  const [publicKey, privateKey] = await Promise.all([
    custody.adopt(generated.publicKey),
    custody.adopt(generated.privateKey),
  ]);
  return { publicKey, privateKey };
}

async function generateNamedKey(custody: KeyCustody, key: NewKey, extractable: boolean): Promise<unknown> {
  if (extractable) refuseExtractable();
  const named = await NamedKey.open(custody, await createRecord(custody.rpc, key));
  if (named.type === 'secret') return named.secretKey;
  return { publicKey: named.publicKey, privateKey: named.privateKey };
}

/** Secret and private keys go to the sidecar, public keys into the runtime where it knows them. */
export async function importKey(
  custody: KeyCustody,
  format: KeyFormat,
  keyData: ByteSource | JsonWebKey,
  identifier: AlgorithmIdentifierValue,
  extractable: boolean,
  usages: KeyUsage[],
): Promise<unknown> {
  // The algorithm's getters run before the key data is copied: they may still change it.
  const algorithm = normalizeAlgorithm('importKey', identifier);
  const data = isJwk(format, keyData) ? keyData : copyBytes(keyData as ByteSource);
  const isPublicKey = isPublic(format, data, algorithm);
  if (custody.publicKeys === 'local' && isPublicKey) {
    const native = await importPublicKey({ format, data, algorithm, extractable, usages });
    if (native !== undefined) return native;
  }
  const bytes = data instanceof Uint8Array ? data : encodeJwk(data);
  try {
    if (!isPublicKey) refusePersistentName(identifier);
    const params = { format, keyData: bytes, algorithm, extractable, usages };
    return custody.adopt((await custody.rpc.call('subtle.importKey', params)).key);
  } finally {
    bytes.fill(0);
  }
}

export async function exportKey(custody: KeyCustody, format: KeyFormat, key: CryptoKey): Promise<unknown> {
  if (!isRemote(key)) return callNative('exportKey', [format, key]);
  const { keyData } = await custody.rpc.call('subtle.exportKey', { format, key: custody.handle(key) });
  return format === 'jwk' ? decodeJwk(keyData) : toArrayBuffer(keyData);
}

export async function getPublicKey(custody: KeyCustody, key: CryptoKey, usages: KeyUsage[]): Promise<unknown> {
  if (!isRemote(key)) return callNative('getPublicKey', [key, usages]);
  const answer = await custody.rpc.call('subtle.getPublicKey', { key: custody.handle(key), usages });
  return custody.adopt(answer.key);
}

function isJwk(format: KeyFormat, _data: ByteSource | JsonWebKey): _data is JsonWebKey {
  return format === 'jwk';
}

function isPublic(format: KeyFormat, data: Uint8Array | JsonWebKey, { name }: Algorithm): boolean {
  if (findAlgorithm(name)?.keys !== 'pair') return false;
  if (data instanceof Uint8Array) return format === 'spki' || format === 'raw-public' || format === 'raw';
  return isPublicJwk(data);
}
