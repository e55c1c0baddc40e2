import { CKR } from './constants/return-values.ts';
import { maximumAttributes } from './limits.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { CryptokiRefusal } from './refusal.ts';
import { type CkUlong, ulongOfHalves } from './ulong.ts';

/** In place of the length of bytes: a NULL pointer. */
export const nullLength = 0xffff_ffff;

/**
 * Reads the body of a message. Everything is big-endian; bytes are views of the body, which a count or a length never
 * leaves: it is held against what is left before anything is set aside for it.
 */
export class BodyReader {
  readonly version: ProtocolVersion;
  readonly #body: Buffer;
  #at = 0;
  #attributes = 0;

  constructor(body: Buffer, version: ProtocolVersion) {
    this.#body = body;
    this.version = version;
  }

  get remainingBytes(): number {
    return this.#body.length - this.#at;
  }

  byte(): number {
    return this.#body.readUInt8(this.#take(1));
  }

  uint32(): number {
    return this.#body.readUInt32BE(this.#take(4));
  }

  ulong(): CkUlong {
    const at = this.#take(8);
    return ulongOfHalves(this.#body.readUInt32BE(at), this.#body.readUInt32BE(at + 4));
  }

  bytes(length: number): Buffer {
    const at = this.#take(length);
    return this.#body.subarray(at, at + length);
  }

  /** A length and bytes, or a NULL pointer. */
  byteArray(): Buffer | null {
    const length = this.uint32();
    return length === nullLength ? null : this.bytes(length);
  }

  /** A count of items that take at least `itemBytes` each. */
  count(itemBytes: number): number {
    const count = this.uint32();
    if (count * itemBytes > this.remainingBytes) throw malformed(`${count} items in ${this.remainingBytes} bytes`);
    return count;
  }

  /** A count of attributes, or of buffers for them. */
  attributeCount(itemBytes: number): number {
    const count = this.count(itemBytes);
    this.#attributes += count;
    if (this.#attributes > maximumAttributes) {
      throw new CryptokiRefusal(CKR.DEVICE_MEMORY, `more than ${maximumAttributes} attributes in one message`);
    }
    return count;
  }

  /** @throws CryptokiRefusal when the message goes on behind its last argument */
  end(): void {
    if (this.remainingBytes > 0) throw malformed(`${this.remainingBytes} bytes behind the last argument`);
  }

  #take(length: number): number {
    if (length > this.remainingBytes) throw malformed(`${length} bytes wanted, ${this.remainingBytes} left`);
    const at = this.#at;
    this.#at += length;
    return at;
  }
}

/** What no stock client sends. p11-kit's own server answers the same value where it answers. */
export function malformed(what: string): CryptokiRefusal {
  return new CryptokiRefusal(CKR.DEVICE_ERROR, `malformed message: ${what}`);
}
