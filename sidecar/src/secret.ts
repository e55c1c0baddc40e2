import { inspect } from 'node:util';

/** What is longer is never in the heap. */
const heapBytes = 64;

/**
 * Memory for a secret, outside the engine's heap; it holds anything until it is written. `Buffer.alloc` and
 * `Buffer.allocUnsafeSlow` put up to 64 bytes into the heap, where a collection moves them, as the first look at `buffer`
 * does: each leaves a copy that nobody wipes.
 */
export function secretMemory(lengthBytes: number): Buffer<ArrayBuffer> {
  if (lengthBytes > heapBytes) return Buffer.allocUnsafeSlow(lengthBytes);
  return Buffer.from(new ArrayBuffer(lengthBytes));
}

/**
 * Bytes that must not be printed, serialized or left behind: unpooled memory that `dispose` fills with zeros.
 *
 * @example using secret = Secret.take(buffer); sealer.seal(secret.bytes);
 */
export class Secret {
  #bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /**
   * Takes the bytes over: memory that holds nothing else becomes the secret's, any other is copied and wiped. Whoever
   * gave them must not use them any more.
   */
  static take(source: Uint8Array): Secret {
    if (source.length === source.buffer.byteLength && source.length > 0) return new Secret(Buffer.from(source.buffer));
    const secret = Secret.copy(source);
    source.fill(0);
    return secret;
  }

  /** Copies into unpooled memory; the source stays its owner's business. */
  static copy(source: Uint8Array): Secret {
    const bytes = secretMemory(source.length);
    bytes.set(source);
    return new Secret(bytes);
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  dispose(): void {
    this.#bytes.fill(0);
    this.#bytes = Buffer.alloc(0);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return '[Secret]';
  }

  toJSON(): never {
    throw new TypeError('a Secret cannot be serialized');
  }

  [inspect.custom](): string {
    return '[Secret]';
  }
}
