import crypto, { createHash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { firstPart } from './key-part.ts';
import { attempt, operationFailed, required } from './refusal.ts';
import type { SignatureScheme } from './signature-scheme.ts';
import { joinAndWipe, zeroUnusedBits } from './unpooled.ts';

/** `createMac` of Node 26.9, which its types do not list. */
interface MacFactory {
  createMac(
    algorithm: string,
    key: KeyObject,
    options: { readonly outputLength: number; readonly customization: Uint8Array },
  ): { update(data: Uint8Array): { final(): Buffer } };
}

const { createMac } = crypto as unknown as MacFactory;

interface Variant {
  /** The MAC and the sponge that it is made of, in OpenSSL. */
  readonly mac: string;
  readonly sponge: string;
  readonly rateBytes: number;
}

/** The limits of OpenSSL. */
const leastMacKeyBytes = 4;
const mostKeyBytes = 512;
const mostCustomizationBytes = 512;
const mostOutputBits = 0xffffff;

export const kmac128: SignatureScheme = kmac({ mac: 'kmac-128', sponge: 'keccak-kmac-128', rateBytes: 168 });
export const kmac256: SignatureScheme = kmac({ mac: 'kmac-256', sponge: 'keccak-kmac-256', rateBytes: 136 });

/** SP 800-185 section 4, without the XOF mode. A tag of no bits verifies nothing. */
function kmac(variant: Variant): SignatureScheme {
  return Object.freeze({
    signingKey: 'secret',
    verifyingKey: 'secret',
    sign: (algorithm, key, data) => tag(variant, algorithm, key, data),
    verify(algorithm, key, signature, data) {
      const expected = tag(variant, algorithm, key, data);
      return expected.length > 0 && signature.length === expected.length && timingSafeEqual(signature, expected);
    },
  } satisfies SignatureScheme);
}

function tag(variant: Variant, algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Buffer {
  const { customization = new Uint8Array() } = algorithm;
  const bits = required(algorithm.outputLength, 'outputLength');
  const keyBits = required(key.algorithm.length, 'length');
  if (bits > mostOutputBits) throw operationFailed(`a tag of ${bits} bits`);
  if (keyBits > mostKeyBytes * 8) throw operationFailed(`a key of ${keyBits} bits`);
  if (customization.length > mostCustomizationBytes) {
    throw operationFailed(`a customization of ${customization.length} bytes`);
  }
  const takesMac = bits % 8 === 0 && keyBits % 8 === 0 && keyBits >= leastMacKeyBytes * 8;
  return attempt(algorithm.name, () =>
    takesMac
      ? createMac(variant.mac, firstPart(key), { outputLength: bits / 8, customization })
          .update(data)
          .final()
      : spongeTag(variant, key, customization, bits, data),
  );
}

/** For lengths that OpenSSL's KMAC does not take: short keys, and keys and tags of partial bytes. */
function spongeTag(
  { sponge, rateBytes }: Variant,
  key: LoadedKey,
  customization: Uint8Array,
  bits: number,
  data: Uint8Array,
): Buffer {
  const keyBlock = padded(rateBytes, leftEncoded(key.algorithm.length ?? 0), firstPart(key).export());
  try {
    const output = createHash(sponge, { outputLength: Math.ceil(bits / 8) })
      .update(padded(rateBytes, encodedString(Buffer.from('KMAC')), encodedString(customization)))
      .update(keyBlock)
      .update(data)
      .update(rightEncoded(bits))
      .digest();
    return zeroUnusedBits(output, bits);
  } finally {
    keyBlock.fill(0);
  }
}

/** SP 800-185 section 2.3.3, bytepad. Wipes the parts, of which one is the key. */
function padded(rateBytes: number, ...parts: readonly Uint8Array[]): Buffer {
  const head = leftEncoded(rateBytes);
  const bytes = parts.reduce((sum, part) => sum + part.length, head.length);
  return joinAndWipe(head, ...parts, Buffer.alloc((rateBytes - (bytes % rateBytes)) % rateBytes));
}

/** SP 800-185 section 2.3.2. */
function encodedString(bytes: Uint8Array): Buffer {
  return Buffer.concat([leftEncoded(bytes.length * 8), bytes]);
}

/** SP 800-185 section 2.3.1. */
function leftEncoded(value: number): Buffer {
  const digits = bigEndian(value);
  return Buffer.concat([Buffer.of(digits.length), digits]);
}

function rightEncoded(value: number): Buffer {
  const digits = bigEndian(value);
  return Buffer.concat([digits, Buffer.of(digits.length)]);
}

function bigEndian(value: number): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}
