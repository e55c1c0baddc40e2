import { SidecarError } from '../errors.ts';
import type { Pkcs11Attribute, Pkcs11Object } from '../generated/types.ts';

/** Of all attributes of one object together. */
const maxValueBytes = 64 * 1024;

/** CKA_VALUE: of a certificate, a public key or data what it is, of a secret or private key the secret itself. */
const keyValue = 0x11;

/** What makes a private key, whatever object it stands in (PKCS#11 3.2 section 4.9). */
const privateAttributes: ReadonlyMap<number, string> = new Map([
  [0x123, 'CKA_PRIVATE_EXPONENT'],
  [0x124, 'CKA_PRIME_1'],
  [0x125, 'CKA_PRIME_2'],
  [0x126, 'CKA_EXPONENT_1'],
  [0x127, 'CKA_EXPONENT_2'],
  [0x128, 'CKA_COEFFICIENT'],
  [0x637, 'CKA_SEED'],
]);

/**
 * Refuses what does not belong among stored objects: they are not sealed.
 *
 * @throws SidecarError `invalid_params`
 */
export function requireStorable({ kind, key, attributes }: Pick<Pkcs11Object, 'kind' | 'key' | 'attributes'>): void {
  if (kind === 'key-attributes' && key === undefined) refuse('key-attributes are those of a key: name it');
  requireDistinct(attributes);
  requirePublic(kind, attributes);
  const bytes = valueBytes(attributes);
  if (bytes > maxValueBytes) refuse(`the values have ${bytes} bytes, at most ${maxValueBytes} are stored`);
}

/** Bytes of all values together. */
export function valueBytes(attributes: readonly Pkcs11Attribute[]): number {
  return attributes.reduce((bytes, { value }) => bytes + value.length, 0);
}

function requireDistinct(attributes: readonly Pkcs11Attribute[]): void {
  const seen = new Set<number>();
  for (const { type } of attributes) {
    if (seen.has(type)) refuse(`the attribute ${hex(type)} is there twice`);
    seen.add(type);
  }
}

function requirePublic(kind: Pkcs11Object['kind'], attributes: readonly Pkcs11Attribute[]): void {
  for (const { type } of attributes) {
    const name = type === keyValue && kind === 'key-attributes' ? 'CKA_VALUE' : privateAttributes.get(type);
    if (name !== undefined) refuse(`${name} (${hex(type)}) is part of a secret key, which is not stored here`);
  }
}

function hex(type: number): string {
  return `0x${type.toString(16)}`;
}

function refuse(reason: string): never {
  throw new SidecarError('invalid_params', reason);
}
