import { CliError } from '../errors.ts';

/** `FHSM`, then the format version. */
const magic = Buffer.from([0x46, 0x48, 0x53, 0x4d, 0x01]);
const prefixBytes = magic.length + 1 + 4;

/** The start of every envelope. */
export interface EnvelopePrefix {
  /** How the rest is made. */
  readonly kind: number;
  /** Version of the named key that opens it. */
  readonly keyVersion: number;
}

/** Magic, format version, kind, and the key version as 32 bits, big-endian: 10 bytes. */
export function encodePrefix({ kind, keyVersion }: EnvelopePrefix): Buffer<ArrayBuffer> {
  const prefix = Buffer.alloc(prefixBytes);
  magic.copy(prefix);
  prefix.writeUInt8(kind, magic.length);
  prefix.writeUInt32BE(keyVersion, magic.length + 1);
  return prefix;
}

/** Reads an envelope from its start to its end. */
export class EnvelopeReader implements EnvelopePrefix {
  readonly kind: number;
  readonly keyVersion: number;
  readonly #bytes: Buffer<ArrayBuffer>;
  #offset = prefixBytes;

  /** @throws CliError 65 when it does not start as an envelope */
  constructor(bytes: Buffer<ArrayBuffer>) {
    if (!bytes.subarray(0, magic.length).equals(magic)) {
      throw new CliError(65, 'input is not an envelope of ferrohsm encrypt', 'decrypt what "ferrohsm encrypt" wrote');
    }
    this.#bytes = bytes;
    if (bytes.length < prefixBytes) throw truncated();
    this.kind = bytes.readUInt8(magic.length);
    this.keyVersion = bytes.readUInt32BE(magic.length + 1);
  }

  take(lengthBytes: number): Buffer<ArrayBuffer> {
    const end = this.#offset + lengthBytes;
    if (end > this.#bytes.length) throw truncated();
    const part = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return part;
  }

  /** Bytes whose length stands before them as 32 bits, big-endian. */
  takeCounted(): Buffer<ArrayBuffer> {
    return this.take(this.take(4).readUInt32BE());
  }

  /** Everything that was taken so far, the prefix included. */
  get header(): Buffer<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#offset);
  }

  rest(): Buffer<ArrayBuffer> {
    return this.take(this.#bytes.length - this.#offset);
  }
}

function truncated(): CliError {
  return new CliError(65, 'the envelope is cut off', 'check that the whole file arrived');
}
