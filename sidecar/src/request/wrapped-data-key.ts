import { SidecarError } from '../errors.ts';

/** `FHDK`, then the format version. */
const magic = Buffer.from([0x46, 0x48, 0x44, 0x4b, 0x01]);
const prefixBytes = magic.length + 1 + 4;

export const dataKeyBytes = 32;
const tagBytes = 16;
const sealedBytes = dataKeyBytes + tagBytes;

/** A wrapped data key by its parts: prefix, token, sealed data key. */
export interface WrappedDataKey {
  /** How the key that seals is made. */
  readonly kind: number;
  /** Version of the named key that wraps it. */
  readonly keyVersion: number;
  /** What the key that seals is made of, beside the named key. */
  readonly token: Uint8Array;
  /** Everything before the ciphertext: prefix and token. */
  readonly header: Uint8Array;
  /** AES-256-GCM ciphertext of the data key, with tag. */
  readonly sealed: Uint8Array;
}

/** Magic, format version, kind, and the key version as 32 bits, big-endian: 10 bytes, then the token. */
export function encodeHeader({ kind, keyVersion, token }: Pick<WrappedDataKey, 'kind' | 'keyVersion' | 'token'>) {
  const prefix = Buffer.alloc(prefixBytes);
  magic.copy(prefix);
  prefix.writeUInt8(kind, magic.length);
  prefix.writeUInt32BE(keyVersion, magic.length + 1);
  return Buffer.concat([prefix, token]);
}

/** @throws SidecarError `data_invalid` when it is no wrapped data key */
export function parseWrapped(wrapped: Uint8Array): WrappedDataKey {
  const bytes = Buffer.from(wrapped.buffer, wrapped.byteOffset, wrapped.length);
  const headerBytes = bytes.length - sealedBytes;
  if (headerBytes <= prefixBytes || !bytes.subarray(0, magic.length).equals(magic)) {
    throw new SidecarError('data_invalid', `${bytes.length} bytes that are no wrapped data key`);
  }
  return {
    kind: bytes.readUInt8(magic.length),
    keyVersion: bytes.readUInt32BE(magic.length + 1),
    token: bytes.subarray(prefixBytes, headerBytes),
    header: bytes.subarray(0, headerBytes),
    sealed: bytes.subarray(headerBytes),
  };
}
