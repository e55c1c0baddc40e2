import type { Cipher } from './cipher.ts';
import { CollectedBytes, type CollectedBytesOptions } from './collected-bytes.ts';
import { maximumMessageBytes } from './collected-signature.ts';

export interface CollectedCipherOptions extends Pick<CollectedBytesOptions, 'refusal'> {
  /** Of what goes in; {@link maximumMessageBytes} where nothing else is said. */
  readonly maximumBytes?: number;
  readonly isExact: boolean;
  /**
   * @throws CryptokiRefusal where so many bytes are no text
   */
  outputBytes(inputBytes: number): number;
  compute(input: Buffer): Uint8Array | Promise<Uint8Array>;
}

/** Computes at the end, from all that came. */
export function collectedCipher(options: CollectedCipherOptions): Cipher {
  const { maximumBytes = maximumMessageBytes, refusal, isExact } = options;
  const input = new CollectedBytes({ maximumBytes, refusal });
  const outputBytes = (partBytes: number) => {
    input.requireRoomFor(partBytes);
    return options.outputBytes(input.length + partBytes);
  };
  return {
    isExact,
    updateBytes: () => 0,
    finishBytes: outputBytes,
    async update(part) {
      input.add(part);
      return Buffer.alloc(0);
    },
    async finish(part) {
      outputBytes(part.length);
      input.add(part);
      return options.compute(input.joined());
    },
    wipe: () => input.wipe(),
  };
}
