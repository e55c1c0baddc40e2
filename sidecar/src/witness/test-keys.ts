import { createPublicKey, generateKeyPairSync, hash, type KeyObject, sign, verify } from 'node:crypto';
import type { CosignatureVerifiers } from './cosignature.ts';

/** A key that signs notes under a name, with nothing taken from the code under test. */
export interface NoteKey {
  readonly name: string;
  readonly type: number;
  readonly id: Buffer;
  readonly vkey: string;
  sign(message: Uint8Array): Buffer;
}

/** @param type of C2SP signed-note: 1 and 4 are Ed25519, 6 is ML-DSA-44 */
export function noteKey(name: string, type: number): NoteKey {
  const { publicKey, privateKey } = type === 6 ? generateKeyPairSync('ml-dsa-44') : generateKeyPairSync('ed25519');
  const typed = Buffer.concat([Buffer.of(type), rawPublicKey(publicKey)]);
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer').subarray(0, 4);
  const vkey = `${name}+${id.toString('hex')}+${typed.toString('base64')}`;
  return { name, type, id, vkey, sign: (message) => sign(null, message, privateKey) };
}

function rawPublicKey(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'raw-public' });
}

export function signatureLine({ name, id }: NoteKey, signature: Uint8Array): string {
  return `— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}

export interface CosignedHead {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** C2SP tlog-cosignature, both types. */
export function cosign(key: NoteKey, { origin, size, root }: CosignedHead, seconds: number): string {
  const time = uint64(seconds);
  const note = `${origin}\n${size}\n${root.toString('base64')}\n`;
  const message =
    key.type === 4
      ? Buffer.from(`cosignature/v1\ntime ${seconds}\n${note}`)
      : Buffer.concat([
          Buffer.from('subtree/v1\n\0'),
          Buffer.of(key.name.length),
          Buffer.from(key.name),
          time,
          Buffer.of(origin.length),
          Buffer.from(origin),
          uint64(0),
          uint64(size),
          root,
        ]);
  return signatureLine(key, Buffer.concat([time, key.sign(message)]));
}

export function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** What the sidecar hands in. */
export const verifiers: CosignatureVerifiers = Object.freeze({
  ed25519: verifierOf('ed25519'),
  mlDsa44: verifierOf('ml-dsa-44'),
});

function verifierOf(asymmetricKeyType: 'ed25519' | 'ml-dsa-44') {
  return (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'raw-public', asymmetricKeyType });
    return verify(null, message, key, signature);
  };
}
