import { hash } from 'node:crypto';
import { SidecarError } from '../errors.ts';
import { Secret } from '../secret.ts';

const BLOCK_BYTES = 64;
/** Length of a MAC in bytes. */
export const MAC_BYTES = 32;
/** Bytes that {@link KeyedMac.digest} needs free before the message. */
export const MAC_ROOM = BLOCK_BYTES;
const KEY_BYTES_MIN = 32;

/**
 * HMAC-SHA256 (RFC 2104) over one contiguous buffer, from the hash alone: noun folders do not hold key functions,
 * and two one-shot hashes cost less than a keyed object for every block.
 */
export class KeyedMac {
  readonly #innerPad: Secret;
  readonly #outer: Secret;

  /** Copies the key; 32 to 64 bytes. */
  constructor(key: Secret) {
    if (key.length < KEY_BYTES_MIN || key.length > BLOCK_BYTES) {
      throw new SidecarError('config_invalid', `journal key of ${key.length} bytes, needs 32 to 64`);
    }
    this.#innerPad = padded(key, 0x36, BLOCK_BYTES);
    this.#outer = padded(key, 0x5c, BLOCK_BYTES + MAC_BYTES);
  }

  /** The MAC of `buffer` without its first {@link MAC_ROOM} bytes, which are working space and left as zeros. */
  digest(buffer: Buffer): Buffer {
    buffer.set(this.#innerPad.bytes, 0);
    const inner = hash('sha256', buffer, 'buffer');
    buffer.fill(0, 0, MAC_ROOM);
    this.#outer.bytes.set(inner, BLOCK_BYTES);
    return hash('sha256', this.#outer.bytes, 'buffer');
  }

  dispose(): void {
    this.#innerPad.dispose();
    this.#outer.dispose();
  }
}

function padded(key: Secret, pad: number, length: number): Secret {
  const bytes = Buffer.allocUnsafeSlow(length).fill(pad);
  for (const [i, byte] of key.bytes.entries()) bytes[i] = byte ^ pad;
  return Secret.take(bytes);
}
