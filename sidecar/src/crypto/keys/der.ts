import { joinUnpooled } from '../operations/unpooled.ts';
import { dataInvalid } from './refusal.ts';

/** ITU-T X.690 identifier octets. */
export const tag = Object.freeze({ integer: 0x02, bitString: 0x03, octetString: 0x04, sequence: 0x30 });

export interface DerElement {
  readonly tag: number;
  /** A view of the input. */
  readonly content: Buffer;
}

/** One element, in unpooled memory. */
export function encodeElement(identifier: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  return joinUnpooled(Buffer.of(identifier, ...lengthOctets(length)), ...contents);
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

/**
 * The elements that follow each other in the bytes and fill them. DER only: definite lengths in their shortest form.
 *
 * @throws SidecarError `data_invalid`
 */
export function readElements(bytes: Uint8Array): readonly DerElement[] {
  const elements: DerElement[] = [];
  let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  while (rest.length > 0) {
    const { identifier, start, end } = readHeader(rest);
    elements.push({ tag: identifier, content: rest.subarray(start, end) });
    rest = rest.subarray(end);
  }
  return elements;
}

function readHeader(bytes: Buffer): { identifier: number; start: number; end: number } {
  const [identifier, first] = bytes;
  if (identifier === undefined || first === undefined) throw dataInvalid('DER is cut short');
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  const start = 2 + lengthBytes;
  if (first === 0x80 || lengthBytes > 2 || bytes.length < start) throw dataInvalid('DER length');
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(2, lengthBytes);
  const shortest = lengthBytes === 0 || length >= (lengthBytes === 1 ? 0x80 : 0x100);
  if (!shortest || start + length > bytes.length) throw dataInvalid('DER length');
  return { identifier, start, end: start + length };
}
