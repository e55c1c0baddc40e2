/** One value of DER (ITU-T X.690), as a view of the input. */
export interface DerValue {
  /** Identifier octet. */
  readonly tag: number;
  readonly content: Buffer;
}

export const derTags = Object.freeze({ integer: 0x02, octetString: 0x04, oid: 0x06, sequence: 0x30, context0: 0xa0 });

/**
 * The values in a row that these bytes consist of.
 *
 * @throws RangeError for anything else: other bytes after them, an indefinite length
 */
export function readDer(bytes: Buffer): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { start, length } = lengthAt(bytes, at + 1);
    if (start + length > bytes.length) throw new RangeError('DER ends too early');
    values.push({ tag: bytes.readUInt8(at), content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return values;
}

/** The values within one. @throws RangeError for one of another type */
export function within(value: DerValue | undefined, tag: number): DerValue[] {
  return readDer(contentOf(value, tag));
}

/** @throws RangeError for a value of another type */
export function contentOf(value: DerValue | undefined, tag: number): Buffer {
  if (value?.tag !== tag) throw new RangeError('DER of another structure');
  return value.content;
}

/** @throws RangeError for one of more than 32 bits, or a negative one */
export function integerOf(value: DerValue | undefined): number {
  const content = contentOf(value, derTags.integer);
  const digits = content[0] === 0 ? content.subarray(1) : content;
  if (digits.length > 4 || (content.readUInt8(0) & 0x80) !== 0) throw new RangeError('a number out of range');
  return digits.length === 0 ? 0 : digits.readUIntBE(0, digits.length);
}

function lengthAt(bytes: Buffer, at: number): { readonly start: number; readonly length: number } {
  const first = bytes.readUInt8(at);
  if (first < 0x80) return { start: at + 1, length: first };
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4) throw new RangeError('a length that is not of DER');
  return { start: at + 1 + octets, length: bytes.readUIntBE(at + 1, octets) };
}
