import { hash } from 'node:crypto';
import { SidecarError } from '../errors.ts';
import { Secret, secretMemory } from '../secret.ts';

const blockBytes = 64;
/** Length of a MAC in bytes. */
export const macBytes = 32;
/** Bytes that {@link KeyedMac.digest} needs free before the message. */
export const macRoom = blockBytes;
const keyBytesMin = 32;

/**
 * HMAC-SHA256 (RFC 2104) over one contiguous buffer, from the hash alone: noun folders do not hold key functions,
 * and two one-shot hashes cost less than a keyed object for every block.
 */
export class KeyedMac {
  readonly #innerPad: Secret;
  readonly #outer: Secret;

  /** Copies the key; 32 to 64 bytes. */
  constructor(key: Secret) {
    if (key.length < keyBytesMin || key.length > blockBytes) {
      throw new SidecarError('config_invalid', `journal key of ${key.length} bytes, needs 32 to 64`);
    }
    this.#innerPad = padded(key, 0x36, blockBytes);
    this.#outer = padded(key, 0x5c, blockBytes + macBytes);
  }

  /** The MAC of `buffer` without its first {@link macRoom} bytes, which are working space and left as zeros. */
  digest(buffer: Buffer): Buffer {
    return hash('sha256', this.#outerInput(buffer), 'buffer');
  }

  /** The same in base64url. */
  digestText(buffer: Buffer): string {
    return hash('sha256', this.#outerInput(buffer), 'base64url');
  }

  #outerInput(buffer: Buffer): Buffer {
    buffer.set(this.#innerPad.bytes, 0);
    // As a string, because a buffer of its own for 32 bytes costs as much as the hash.
    const inner = hash('sha256', buffer, 'latin1');
    buffer.fill(0, 0, macRoom);
    this.#outer.bytes.write(inner, blockBytes, 'latin1');
    return this.#outer.bytes;
  }

  dispose(): void {
    this.#innerPad.dispose();
    this.#outer.dispose();
  }
}

function padded(key: Secret, pad: number, length: number): Secret {
  const bytes = secretMemory(length).fill(pad);
  for (const [i, byte] of key.bytes.entries()) bytes[i] = byte ^ pad;
  return Secret.take(bytes);
}
