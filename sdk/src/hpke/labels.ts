import { concat } from '../transparency/bytes.ts';

const encoder = new TextEncoder();

/** Version label of RFC 9180 section 4. */
const version = encoder.encode('HPKE-v1');

export const noBytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);

export function uint16(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value >> 8, value & 0xff);
}

/** `HPKE` and the numbers of a suite, or `KEM` and the number of a KEM. */
export function suiteId(prefix: 'HPKE' | 'KEM', ...ids: readonly number[]): Uint8Array<ArrayBuffer> {
  return concat(encoder.encode(prefix), ...ids.map(uint16));
}

/** labeled_ikm of LabeledExtract. */
export function labeledIkm(id: Uint8Array, label: string, ikm: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(version, id, encoder.encode(label), ikm);
}

/** labeled_info of LabeledExpand. */
export function labeledInfo(id: Uint8Array, label: string, info: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  return concat(uint16(bytes), version, id, encoder.encode(label), info);
}

/** labeled_ikm of LabeledDerive (draft-ietf-hpke-pq section 5). */
export function labeledDerivation(
  id: Uint8Array,
  label: string,
  { ikm, context, bytes }: { readonly ikm: Uint8Array; readonly context: Uint8Array; readonly bytes: number },
): Uint8Array<ArrayBuffer> {
  return concat(ikm, version, id, lengthPrefixed(encoder.encode(label)), uint16(bytes), context);
}

export function lengthPrefixed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(uint16(bytes.length), bytes);
}
