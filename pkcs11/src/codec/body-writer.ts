import { releaseBytes } from '../released-bytes.ts';
import { nullLength } from './body-reader.ts';
import { frameHeaderBytes, writeFrameHeader } from './frame.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { type CkUlong, halvesOfUlong } from './ulong.ts';

const firstBytes = 256;

/**
 * Writes the body of a message, in the encodings that {@link BodyReader} reads, and keeps room before it for the header of
 * its frame. Wipes what it outgrows.
 */
export class BodyWriter {
  readonly version: ProtocolVersion;
  #bytes = Buffer.allocUnsafe(firstBytes);
  #length = frameHeaderBytes;

  constructor(version: ProtocolVersion) {
    this.version = version;
  }

  byte(value: number): void {
    const at = this.#extend(1);
    this.#bytes.writeUInt8(value, at);
  }

  uint32(value: number): void {
    const at = this.#extend(4);
    this.#bytes.writeUInt32BE(value, at);
  }

  ulong(value: CkUlong): void {
    const [high, low] = halvesOfUlong(value);
    this.uint32(high);
    this.uint32(low);
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#extend(bytes.length);
    this.#bytes.set(bytes, at);
  }

  byteArray(bytes: Uint8Array | null): void {
    this.uint32(bytes === null ? nullLength : bytes.length);
    if (bytes !== null) this.bytes(bytes);
  }

  /** What was written. The writer is done with. */
  body(): Buffer {
    return this.#bytes.subarray(frameHeaderBytes, this.#length);
  }

  /** The same as a frame without options, in one piece. The writer is done with. */
  frame(code: number): Buffer {
    writeFrameHeader(this.#bytes, code, 0, this.#length - frameHeaderBytes);
    return this.#bytes.subarray(0, this.#length);
  }

  /** @returns where to write; the bytes may have moved */
  #extend(bytes: number): number {
    const at = this.#length;
    this.#length += bytes;
    if (this.#length > this.#bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#length, 2 * this.#bytes.length));
    this.#bytes.copy(larger);
    releaseBytes(this.#bytes);
    this.#bytes = larger;
  }
}
