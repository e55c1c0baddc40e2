import { createHmac } from 'node:crypto';
import { joinUnpooled } from '../operations/unpooled.ts';

const version = Buffer.from('HPKE-v1');
/** Output of the hash, which is the longest that HPKE asks for here: one block of HKDF-Expand. */
const hashBytes = 32;
/** Number of the first block (RFC 5869 section 2.3). */
const firstBlock = Buffer.of(1);

/** `HPKE` and the numbers of a suite, or `KEM` and the number of a KEM (RFC 9180 sections 4.1 and 5.1). */
export function suiteId(prefix: 'HPKE' | 'KEM', ...numbers: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from(prefix), ...numbers.map(uint16)]);
}

/** LabeledExtract of RFC 9180 section 4; the caller wipes what it gets where that is secret. */
export function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, secret: Uint8Array): Buffer {
  const input = joinUnpooled(version, suite, Buffer.from(label), secret);
  try {
    return createHmac('sha256', salt).update(input).digest();
  } finally {
    input.fill(0);
  }
}

/**
 * LabeledExpand of RFC 9180 section 4; the caller wipes what it gets.
 *
 * @param lengthBytes at most 32
 */
export function labeledExpand(
  suite: Uint8Array,
  secret: Uint8Array,
  label: string,
  info: Uint8Array,
  lengthBytes: number,
): Buffer {
  const labeled = [uint16(lengthBytes), version, suite, Buffer.from(label), info, firstBlock];
  const block = createHmac('sha256', secret).update(Buffer.concat(labeled)).digest();
  block.fill(0, lengthBytes);
  return lengthBytes === hashBytes ? block : block.subarray(0, lengthBytes);
}

function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}
