/** The largest power of two smaller than n, for n above 1: where RFC 6962 section 2.1 splits a tree. */
export function largestPowerBelow(n: number): number {
  // The logarithm alone is rounded: it takes 2^50 + 1 for 2^50.
  const near = 2 ** Math.round(Math.log2(n));
  return near < n ? near : near / 2;
}

export function isPowerOfTwo(n: number): boolean {
  return 2 ** Math.round(Math.log2(n)) === n;
}
