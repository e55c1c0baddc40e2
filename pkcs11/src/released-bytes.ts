/** Smaller memory is left to the garbage collector. */
const detachedFromBytes = 16 << 10;

/** Wipes bytes that nobody will look at again, and returns their memory; see {@link returnMemory}. */
export function releaseBytes(bytes: Uint8Array): void {
  // Released before: detached memory cannot be filled.
  if (bytes.byteLength === 0) return;
  bytes.fill(0);
  returnMemory(bytes);
}

/**
 * Large bytes that have their memory to themselves give it back at once: V8 takes memory outside its heap for a reason to
 * collect garbage, which at large bodies costs more than all else. Nobody may look at the bytes again, the system neither.
 */
export function returnMemory({ buffer, byteLength }: Uint8Array): void {
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  if (isAlone && byteLength >= detachedFromBytes) buffer.transfer(0);
}
