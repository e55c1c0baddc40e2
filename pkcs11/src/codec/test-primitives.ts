import fc from 'fast-check';
import { type CkUlong, ulongOfHalves } from './ulong.ts';

/** Every CK_ULONG in its one form, those around what a number holds exactly and all ones among them. */
export const ulong: fc.Arbitrary<CkUlong> = fc.oneof(
  fc.nat(0xffff),
  fc.tuple(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff)).map(([high, low]) => ulongOfHalves(high, low)),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, 2n ** 53n, 0xffff_ffff_ffff_ffffn),
);

export function bytes(minLength: number, maxLength: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
}

export const bytesOrNull = fc.option(bytes(0, 40));
