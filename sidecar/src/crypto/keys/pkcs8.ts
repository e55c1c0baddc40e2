import { type DerElement, encodeElement, readElements, tag } from './der.ts';
import { dataInvalid } from './refusal.ts';

/** Fields of RFC 5958 OneAsymmetricKey, as views of the input. */
export interface Pkcs8 {
  /** Content of the AlgorithmIdentifier. */
  readonly algorithm: Buffer;
  readonly privateKey: Buffer;
  readonly publicKey: Buffer | null;
}

/** IMPLICIT context tag 1 of a primitive BIT STRING. */
const publicKeyTag = 0x81;
const version1 = Buffer.of(0);

/** @throws SidecarError `data_invalid` */
export function parsePkcs8(bytes: Uint8Array): Pkcs8 {
  const [version, algorithm, privateKey, ...optional] = readElements(onlySequence(bytes));
  requireTag(version, tag.integer);
  const publicKey = optional.find((element) => element.tag === publicKeyTag);
  return {
    algorithm: requireTag(algorithm, tag.sequence),
    privateKey: requireTag(privateKey, tag.octetString),
    publicKey: publicKey === undefined ? null : wholeBytes(publicKey.content),
  };
}

export function encodePkcs8(algorithm: Uint8Array, privateKey: Uint8Array): Buffer {
  const wrapped = encodeElement(tag.octetString, privateKey);
  try {
    return encodeElement(
      tag.sequence,
      encodeElement(tag.integer, version1),
      encodeElement(tag.sequence, algorithm),
      wrapped,
    );
  } finally {
    wrapped.fill(0);
  }
}

/** RFC 5280 SubjectPublicKeyInfo, as views of the input. @throws SidecarError `data_invalid` */
export function parseSpki(bytes: Uint8Array): { readonly algorithm: Buffer; readonly publicKey: Buffer } {
  const [algorithm, publicKey, surplus] = readElements(onlySequence(bytes));
  if (surplus !== undefined) throw dataInvalid('spki');
  return {
    algorithm: requireTag(algorithm, tag.sequence),
    publicKey: wholeBytes(requireTag(publicKey, tag.bitString)),
  };
}

export function encodeSpki(algorithm: Uint8Array, publicKey: Uint8Array): Buffer {
  const key = encodeElement(tag.bitString, Buffer.of(0), publicKey);
  return encodeElement(tag.sequence, encodeElement(tag.sequence, algorithm), key);
}

function onlySequence(bytes: Uint8Array): Buffer {
  const [sequence, surplus] = readElements(bytes);
  if (surplus !== undefined) throw dataInvalid('bytes after the key');
  return requireTag(sequence, tag.sequence);
}

function requireTag(element: DerElement | undefined, expected: number): Buffer {
  if (element?.tag !== expected) throw dataInvalid('DER of another structure');
  return element.content;
}

/** A BIT STRING starts with its number of unused bits, which is 0 for a key. */
function wholeBytes(bitString: Buffer): Buffer {
  if (bitString[0] !== 0) throw dataInvalid('key of partial bytes');
  return bitString.subarray(1);
}
