import type { Pkcs11Object } from '@ferrohsm/sdk/node';
import { isPrintable } from './output.ts';

/** CKA_LABEL (PKCS#11 3.1 section 4.4). */
const labelType = 0x3;

/** What an application calls an object; empty where that is no text, or would steer a terminal. */
export function labelOf({ attributes }: Pkcs11Object): string {
  const label = attributes.find(({ type }) => type === labelType)?.value;
  return label !== undefined && isPrintable(label) ? new TextDecoder().decode(label).replaceAll(/\s+/g, ' ') : '';
}

/** Bytes of all values of an object. */
export function bytesOf({ attributes }: Pkcs11Object): number {
  return attributes.reduce((bytes, { value }) => bytes + value.length, 0);
}
