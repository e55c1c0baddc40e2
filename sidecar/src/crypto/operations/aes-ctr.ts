import { createCipheriv } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { type CipherScheme, secretKeys } from './cipher-scheme.ts';
import { firstPart } from './key-part.ts';
import { attempt, operationFailed, required } from './refusal.ts';
import { joinAndWipe } from './unpooled.ts';

const blockBytes = 16;
const blockBits = 128;

/** SP 800-38A section 6.5. Encryption and decryption are one operation. */
export const aesCtr: CipherScheme = Object.freeze({ ...secretKeys, encrypt: applyKeyStream, decrypt: applyKeyStream });

/**
 * OpenSSL counts with the whole block, WebCrypto with the low `length` bits: where those wrap, the data is split and
 * the rest starts with them at zero.
 */
function applyKeyStream(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Uint8Array {
  const { counter, length } = counterOf(algorithm);
  const blocksUntilWrap = (1n << BigInt(length)) - counterValue(counter, length);
  const blocks = BigInt(Math.ceil(data.length / blockBytes));
  if (blocks > 1n << BigInt(length)) throw operationFailed(`${blocks} blocks with a counter of ${length} bits`);
  if (blocks <= blocksUntilWrap) return transform(key, counter, data);
  const split = Number(blocksUntilWrap) * blockBytes;
  return joinAndWipe(
    transform(key, counter, data.subarray(0, split)),
    transform(key, wrapped(counter, length), data.subarray(split)),
  );
}

function transform(key: LoadedKey, counter: Uint8Array, data: Uint8Array): Buffer {
  return attempt('AES-CTR', () => {
    const cipher = createCipheriv(`aes-${key.algorithm.length}-ctr`, firstPart(key), counter);
    const output = cipher.update(data);
    cipher.final();
    return output;
  });
}

function counterOf(algorithm: Algorithm): { counter: Uint8Array; length: number } {
  const counter = required(algorithm.counter, 'counter');
  const length = required(algorithm.length, 'length');
  if (counter.length !== blockBytes) throw operationFailed(`a counter block of ${counter.length} bytes`);
  if (length < 1 || length > blockBits) throw operationFailed(`a counter of ${length} bits`);
  return { counter, length };
}

function counterValue(counter: Uint8Array, length: number): bigint {
  return BigInt.asUintN(length, BigInt(`0x${Buffer.from(counter).toString('hex')}`));
}

function wrapped(counter: Uint8Array, length: number): Buffer {
  const block = BigInt(`0x${Buffer.from(counter).toString('hex')}`);
  const zeroed = (block >> BigInt(length)) << BigInt(length);
  return Buffer.from(zeroed.toString(16).padStart(blockBytes * 2, '0'), 'hex');
}
