/** Joins parts in memory of their own: Buffer.concat would leave a copy in Node's shared pool. */
export function joinUnpooled(...parts: readonly Uint8Array[]): Buffer {
  const joined = Buffer.allocUnsafeSlow(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Joins secret parts and wipes them. */
export function joinAndWipe(...parts: readonly Uint8Array[]): Buffer {
  const joined = joinUnpooled(...parts);
  for (const part of parts) part.fill(0);
  return joined;
}
