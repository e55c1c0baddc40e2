const lengthBytes = 2;

/** The items of a bundle, each after its length in 16 bits, big-endian; undefined when it is malformed. */
export function bundleItems(bytes: Uint8Array): Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const items: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at + lengthBytes;
    if (start > bytes.length) return undefined;
    at = start + view.getUint16(at);
    if (at > bytes.length) return undefined;
    items.push(bytes.subarray(start, at));
  }
  return items;
}
