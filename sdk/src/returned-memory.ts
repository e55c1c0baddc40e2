/** Smaller memory is left to the garbage collector. */
const returnedFromBytes = 16 << 10;

/**
 * Gives the memory of large bytes back at once, where they have it to themselves: engines take memory outside their heap for
 * a reason to collect garbage, which at large bodies costs more than all else. Nobody may look at the bytes again.
 */
export function returnMemory({ buffer, byteLength }: Uint8Array): void {
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  // Runtimes before ES2024 lack it.
  if (isAlone && byteLength >= returnedFromBytes) buffer.transfer?.(0);
}
