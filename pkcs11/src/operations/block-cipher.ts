import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { releaseBytes } from '../released-bytes.ts';
import type { Cipher } from './cipher.ts';

export const blockBytes = 16;

/** Computes whole blocks, and chains them to those before. */
export type BlockTransform = (blocks: Buffer) => Promise<Uint8Array>;

/** How a text ends. */
interface Ending {
  /** Whether the end is known before the last block is computed. */
  readonly isExact: boolean;
  /** Whether the last whole block is kept until it is known to be the last. */
  readonly keepsLast: boolean;
  /**
   * Of the output for so many bytes.
   *
   * @throws CryptokiRefusal where no text ends there
   */
  outputBytes(bytes: number): number;
  /** Computes all that is left. */
  compute(rest: Buffer, transform: BlockTransform): Promise<Uint8Array>;
}

/** Whole blocks, each computed as soon as it is complete: CKM_AES_ECB, CKM_AES_CBC. */
export function blockCipher(transform: BlockTransform, refusal: number): Cipher {
  return new BlockCipher(transform, {
    isExact: true,
    keepsLast: false,
    outputBytes: (bytes) => requireWhole(bytes, refusal),
    compute: (rest) => (rest.length === 0 ? none() : transform(rest)),
  });
}

/** CKM_AES_CBC_PAD: any length, padded as RFC 2315 section 10.3 has it. */
export function paddingCipher(transform: BlockTransform): Cipher {
  return new BlockCipher(transform, {
    isExact: true,
    keepsLast: false,
    outputBytes: (bytes) => bytes + blockBytes - (bytes % blockBytes),
    async compute(rest) {
      const padded = Buffer.alloc(rest.length + blockBytes - (rest.length % blockBytes));
      padded.fill(padded.length - rest.length);
      rest.copy(padded);
      return transform(padded).finally(() => releaseBytes(padded));
    },
  });
}

/** The way back. */
export function unpaddingCipher(transform: BlockTransform): Cipher {
  return new BlockCipher(transform, {
    isExact: false,
    keepsLast: true,
    outputBytes(bytes) {
      if (bytes === 0) throw new CryptokiRefusal(CKR.ENCRYPTED_DATA_LEN_RANGE, 'not even the padding');
      return requireWhole(bytes, CKR.ENCRYPTED_DATA_LEN_RANGE);
    },
    compute: async (rest) => withoutPadding(await transform(rest)),
  });
}

class BlockCipher implements Cipher {
  readonly #transform: BlockTransform;
  readonly #ending: Ending;
  /** Less than a block, or the block that is kept. */
  #rest = Buffer.alloc(0);

  constructor(transform: BlockTransform, ending: Ending) {
    this.#transform = transform;
    this.#ending = ending;
  }

  get isExact(): boolean {
    return this.#ending.isExact;
  }

  updateBytes(partBytes: number): number {
    const bytes = this.#rest.length + partBytes;
    const complete = bytes - (bytes % blockBytes);
    return this.#ending.keepsLast && complete === bytes ? Math.max(0, complete - blockBytes) : complete;
  }

  finishBytes(partBytes: number): number {
    return this.#ending.outputBytes(this.#rest.length + partBytes);
  }

  async update(part: Buffer): Promise<Uint8Array> {
    const computed = this.updateBytes(part.length);
    const all = this.#joined(part);
    this.#rest = Buffer.from(Buffer.alloc(all.length - computed));
    all.copy(this.#rest, 0, computed);
    try {
      return computed === 0 ? Buffer.alloc(0) : await this.#transform(all.subarray(0, computed));
    } finally {
      releaseBytes(all);
    }
  }

  async finish(part: Buffer): Promise<Uint8Array> {
    this.finishBytes(part.length);
    const all = this.#joined(part);
    this.#rest = Buffer.alloc(0);
    try {
      return await this.#ending.compute(all, this.#transform);
    } finally {
      releaseBytes(all);
    }
  }

  wipe(): void {
    this.#rest.fill(0);
  }

  #joined(part: Buffer): Buffer {
    const all = Buffer.alloc(this.#rest.length + part.length);
    this.#rest.copy(all);
    part.copy(all, this.#rest.length);
    this.#rest.fill(0);
    return all;
  }
}

function requireWhole(bytes: number, refusal: number): number {
  if (bytes % blockBytes === 0) return bytes;
  throw new CryptokiRefusal(refusal, `${bytes % blockBytes} bytes behind the last whole block`);
}

/** @throws CryptokiRefusal CKR_ENCRYPTED_DATA_INVALID for bytes that are no padding */
function withoutPadding(text: Uint8Array): Uint8Array {
  const padding = text.at(-1) ?? 0;
  const isPadding = padding >= 1 && padding <= blockBytes && text.subarray(-padding).every((byte) => byte === padding);
  const unpadded = isPadding ? Buffer.from(text.subarray(0, text.length - padding)) : undefined;
  releaseBytes(text);
  if (unpadded !== undefined) return unpadded;
  throw new CryptokiRefusal(CKR.ENCRYPTED_DATA_INVALID, 'the padding is not right');
}

async function none(): Promise<Uint8Array> {
  return Buffer.alloc(0);
}
