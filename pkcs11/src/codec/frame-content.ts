import { releaseBytes } from '../released-bytes.ts';
import type { Frame } from './frame.ts';

/** Before anything of a content has arrived, no more than this is set aside for it. */
const firstBytes = 4096;

/**
 * Options and body of one frame while they arrive. A length that was only announced costs nothing: memory is at most twice
 * of what came. Bodies hold PINs and plaintext, so outgrown memory is wiped.
 */
export class FrameContent {
  readonly #code: number;
  readonly #optionBytes: number;
  readonly #totalBytes: number;
  #bytes: Buffer;
  #length = 0;

  constructor(code: number, optionBytes: number, bodyBytes: number) {
    this.#code = code;
    this.#optionBytes = optionBytes;
    this.#totalBytes = optionBytes + bodyBytes;
    this.#bytes = Buffer.allocUnsafe(Math.min(this.#totalBytes, firstBytes));
  }

  /** @returns how many of the bytes of a chunk, from a place on, belong to this content */
  append(chunk: Buffer, from: number): number {
    const taken = Math.min(chunk.length - from, this.#totalBytes - this.#length);
    this.#makeRoom(this.#length + taken);
    chunk.copy(this.#bytes, this.#length, from, from + taken);
    this.#length += taken;
    return taken;
  }

  /** The frame, once it is whole. Its owner wipes it. */
  frame(): Frame | undefined {
    if (this.#length < this.#totalBytes) return undefined;
    const options = this.#bytes.subarray(0, this.#optionBytes);
    return { code: this.#code, options, body: this.#bytes.subarray(this.#optionBytes) };
  }

  wipe(): void {
    releaseBytes(this.#bytes);
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#totalBytes, Math.max(bytes, 2 * this.#bytes.length)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    releaseBytes(this.#bytes);
    this.#bytes = larger;
  }
}
