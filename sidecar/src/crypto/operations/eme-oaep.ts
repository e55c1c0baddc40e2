import { createHash, randomFillSync, timingSafeEqual } from 'node:crypto';
import { secretMemory } from '../../secret.ts';
import type { Hash } from './hash-name.ts';
import { addMask } from './mgf1.ts';
import { operationFailed } from './refusal.ts';
import { joinUnpooled } from './unpooled.ts';

/** The hash of the label and that of the mask, where they differ: node:crypto knows one for both. */
export interface OaepHashes {
  readonly label: Hash;
  readonly mask: Hash;
}

/**
 * EME-OAEP encoding of RFC 8017 section 7.1.1 step 2 with a fresh seed.
 *
 * @param modulusBytes length of the result, to be raised as it is
 * @throws SidecarError `operation_failed` for a message that is too long
 */
export function encodeOaep(hashes: OaepHashes, label: Uint8Array, message: Uint8Array, modulusBytes: number): Buffer {
  const { bytes } = hashes.label;
  const paddingBytes = modulusBytes - message.length - 2 * bytes - 2;
  if (paddingBytes < 0) throw operationFailed(`a message of ${message.length} bytes`);
  const block = joinUnpooled(labelHash(hashes, label), Buffer.alloc(paddingBytes), Buffer.of(1), message);
  const seed = randomFillSync(secretMemory(bytes));
  addMask(block, seed, hashes.mask);
  addMask(seed, block, hashes.mask);
  const encoded = joinUnpooled(Buffer.of(0), seed, block);
  block.fill(0);
  seed.fill(0);
  return encoded;
}

/**
 * EME-OAEP decoding of RFC 8017 section 7.1.2 step 3. All of it is computed and looked at whatever the bytes are, and
 * there is one refusal: who learns which check failed, be it by the time that it took, decrypts (Manger, CRYPTO 2001).
 *
 * @param encoded as long as the modulus; is wiped
 * @throws SidecarError `operation_failed`
 */
export function decodeOaep(hashes: OaepHashes, label: Uint8Array, encoded: Buffer): Buffer {
  const { bytes } = hashes.label;
  if (encoded.length < 2 * bytes + 2) throw operationFailed('RSA-OAEP decryption did not succeed');
  const seed = encoded.subarray(1, 1 + bytes);
  const block = encoded.subarray(1 + bytes);
  addMask(seed, block, hashes.mask);
  addMask(block, seed, hashes.mask);
  const isOfLabel = Number(timingSafeEqual(block.subarray(0, bytes), labelHash(hashes, label)));
  const separator = separatorIn(block, bytes);
  const faults = (encoded[0] as number) | separator.fault | (isOfLabel ^ 1);
  try {
    if (faults !== 0) throw operationFailed('RSA-OAEP decryption did not succeed');
    return joinUnpooled(block.subarray(separator.index + 1));
  } finally {
    encoded.fill(0);
  }
}

/** Where the first byte is that is not zero, and whether it is no 1; no branch depends on the bytes. */
function separatorIn(block: Uint8Array, start: number): { readonly index: number; readonly fault: number } {
  let isBefore = 1;
  let index = 0;
  let fault = 0;
  for (let i = start; i < block.length; i++) {
    const byte = block[i] as number;
    const isSet = ((byte | -byte) >>> 31) & 1;
    const isHere = isBefore & isSet;
    index |= -isHere & i;
    fault |= -isHere & (byte ^ 1);
    isBefore &= isSet ^ 1;
  }
  return { index, fault: fault | isBefore };
}

function labelHash({ label: { digest } }: OaepHashes, label: Uint8Array): Buffer {
  return createHash(digest).update(label).digest();
}
