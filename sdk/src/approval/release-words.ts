import type { FrozenOperation } from '../generated/types.ts';
import { type Members, memberOf } from './members.ts';
import { said } from './said.ts';

/** What words need to know of an operation beside its params. */
export type Asked = Pick<FrozenOperation, 'keyNames' | 'requester' | 'resource'>;

/** What `keys.export` gives out and who will be able to read it. */
export function exportWish({ name, wrapping }: Members, asked: Asked): string {
  return `${released(said(memberOf(asked.keyNames, asked.resource) ?? name))}${exportReaders(wrapping, asked)}`;
}

/** What `subtle.wrapKey` gives out and who will be able to read it. */
export function wrapWish({ key, wrappingKey }: Members, asked: Asked): string {
  return `${released(keySaid(key, asked))}, encrypted under ${wrappingReaders(wrappingKey, asked)}`;
}

/** A key by its name where the operation has it, else by its handle. */
export function keySaid(handle: unknown, { keyNames }: Pick<FrozenOperation, 'keyNames'>): string {
  return said(memberOf(keyNames, String(handle)) ?? handle);
}

function released(key: string): string {
  return `get the SECRET of the key ${key} out of the sidecar`;
}

function exportReaders(wrapping: unknown, asked: Asked): string {
  if (wrapping === undefined) return '';
  const publicKey = memberOf(wrapping, 'publicKey');
  if (publicKey !== undefined) {
    return `, encrypted for the public key with SHA-256 ${said(memberOf(publicKey, 'sha256'))}`;
  }
  const key = memberOf(wrapping, 'key');
  const isOneWay = memberOf(wrapping, 'name') === 'AES-KWP';
  return `, encrypted under ${isOneWay ? `the key ${keySaid(key, asked)}` : wrappingReaders(key, asked)}`;
}

/** The key is in the sidecar: to read what it wraps takes no more than the permission to use it. */
function wrappingReaders(key: unknown, asked: Asked): string {
  if (String(key).startsWith('ses_')) return `a session key of ${said(asked.requester)}, WHO CAN READ IT`;
  return `the key ${keySaid(key, asked)}: whoever may unwrap or decrypt with that can read it`;
}
