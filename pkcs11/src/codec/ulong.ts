/**
 * CK_ULONG, 64 bits on the wire. A number as long as it is exact, a bigint above: a value has one form, so that `===`, maps
 * and the constants work.
 */
export type CkUlong = number | bigint;

/** CK_UNAVAILABLE_INFORMATION: all ones. */
export const unavailableInformation = 0xffff_ffff_ffff_ffffn;

const upperHalf = 2 ** 32;
/** 2^53 / 2^32: below, the number is exact. */
const exactUpperHalves = 2 ** 21;

export function ulongOfHalves(high: number, low: number): CkUlong {
  if (high < exactUpperHalves) return high * upperHalf + low;
  return (BigInt(high) << 32n) | BigInt(low);
}

/** @throws RangeError for what is no unsigned 64 bit integer */
export function halvesOfUlong(value: CkUlong): readonly [high: number, low: number] {
  if (typeof value === 'bigint') {
    if (value < 0n || value > unavailableInformation) throw new RangeError(`no CK_ULONG: ${value}`);
    return [Number(value >> 32n), Number(value & 0xffff_ffffn)];
  }
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`no CK_ULONG: ${value}`);
  return [Math.floor(value / upperHalf), value % upperHalf];
}
