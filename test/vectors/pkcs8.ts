import { join } from './bytes.ts';

/** Last arc of the object identifier under 2.16.840.1.101.3.4. */
const lastArcs: Readonly<Record<string, readonly number[]>> = {
  'ML-KEM-512': [4, 1],
  'ML-KEM-768': [4, 2],
  'ML-KEM-1024': [4, 3],
  'ML-DSA-44': [3, 17],
  'ML-DSA-65': [3, 18],
  'ML-DSA-87': [3, 19],
};

/** PKCS#8 with the choice `expandedKey` of RFC 9935 (ML-KEM) and RFC 9881 (ML-DSA): no seed. */
export function encodeExpandedKey(algorithm: string, key: Uint8Array): Uint8Array<ArrayBuffer> {
  const arcs = Uint8Array.from([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, ...(lastArcs[algorithm] ?? [])]);
  const version = Uint8Array.from([0x02, 0x01, 0x00]);
  return element(0x30, version, element(0x30, element(0x06, arcs)), element(0x04, element(0x04, key)));
}

function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = join(...contents);
  const { length } = content;
  const header = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return join(Uint8Array.from(header), content);
}
