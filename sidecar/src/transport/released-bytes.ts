/** Smaller memory is left to the garbage collector. */
const detachedFromBytes = 16 << 10;

/**
 * Wipes bytes that nobody will look at again. Large ones that have their memory to themselves give it back at once:
 * V8 takes memory outside its heap for a reason to collect garbage, which at large bodies costs more than all else.
 */
export function releaseBytes(bytes: Uint8Array): void {
  // Released before: detached memory cannot be filled.
  if (bytes.byteLength === 0) return;
  bytes.fill(0);
  const { buffer } = bytes;
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  if (isAlone && bytes.byteLength >= detachedFromBytes) buffer.transfer(0);
}
