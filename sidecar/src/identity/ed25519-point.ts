/** Prime of the field and constant of the curve, RFC 8032 section 5.1. */
const p = 2n ** 255n - 19n;
const d = modulo(-121_665n * power(121_666n, p - 2n));

/**
 * y of the eight points whose order divides 8; x only differs in sign. For such a key signatures that verify can be
 * made without a private key.
 */
const smallOrder: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  p - 1n,
  littleEndian(Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex')),
  littleEndian(Buffer.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'hex')),
]);

/** Whether 32 bytes are a canonical point of Ed25519 that is not of small order; imports check neither. */
export function isSoundEd25519Point(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  // The highest bit is the sign of x.
  const y = BigInt.asUintN(255, littleEndian(bytes));
  if (y >= p || smallOrder.has(y)) return false;
  // x^2 = (y^2 - 1) / (d y^2 + 1): a square exactly when the product of both is one (Euler's criterion).
  const square = y * y;
  return power((square - 1n) * (d * square + 1n), (p - 1n) / 2n) === 1n;
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function modulo(value: bigint): bigint {
  const rest = value % p;
  return rest < 0n ? rest + p : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = modulo(base);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = modulo(result * factor);
    factor = modulo(factor * factor);
  }
  return result;
}
