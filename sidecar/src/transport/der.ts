/** One value of DER (X.690): its tag octet and what it holds. */
export interface Der {
  readonly tag: number;
  readonly content: Buffer;
  /** Tag, length and content. */
  readonly whole: Buffer;
}

export const derTags = Object.freeze({
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  sequence: 0x30,
});

/**
 * Reads the only value of these bytes.
 *
 * @throws RangeError for anything but one whole value
 */
export function readDer(bytes: Buffer): Der {
  const value = readFirst(bytes);
  if (value.whole.length !== bytes.length) throw new RangeError('bytes after the value');
  return value;
}

/**
 * Reads what a constructed value holds.
 *
 * @throws RangeError where it does not hold whole values
 */
export function readMembers({ content }: Der): Der[] {
  const members: Der[] = [];
  for (let at = 0; at < content.length; ) {
    const member = readFirst(content.subarray(at));
    members.push(member);
    at += member.whole.length;
  }
  return members;
}

/** Tags above 30 and indefinite lengths, which X.509 has no use for, are refused. */
function readFirst(bytes: Buffer): Der {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw new RangeError('no value');
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4 || bytes.length < 2 + lengthBytes) throw new RangeError('no length');
  const start = 2 + lengthBytes;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(2, lengthBytes);
  if (bytes.length < start + length) throw new RangeError('the value is cut off');
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) };
}

/** Dotted decimal form (X.690 section 8.19). */
export function objectIdentifierOf({ content }: Der): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of content) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if ((octet & 0x80) !== 0) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [first = 0n, ...rest] = arcs;
  const top = first < 80n ? first / 40n : 2n;
  return [top, first - top * 40n, ...rest].join('.');
}
