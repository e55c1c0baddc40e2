import { digestBytes } from '../digest-lengths.ts';
import { CliError } from '../errors.ts';
import type { SealingMethod } from './sealing-method.ts';

/** Kind 3, for RSA-OAEP keys and short data: prefix, OAEP ciphertext. The prefix is the label. */
export const rsaOaep: SealingMethod = Object.freeze<SealingMethod>({
  kind: 3,
  algorithms: /^RSA-OAEP$/,
  async seal(subtle, { publicKey: key }, prefix, plaintext) {
    refuseLong(plaintext.byteLength, key.algorithm);
    const label = Buffer.from(prefix);
    return Buffer.concat([prefix, new Uint8Array(await subtle.encrypt({ name: 'RSA-OAEP', label }, key, plaintext))]);
  },
  async open(subtle, { privateKey }, envelope) {
    const algorithm = { name: 'RSA-OAEP', label: envelope.header };
    return new Uint8Array(await subtle.decrypt(algorithm, privateKey, envelope.rest()));
  },
});

/** RFC 8017 section 7.1.1: a message has at most k - 2 hLen - 2 bytes. */
function refuseLong(lengthBytes: number, algorithm: object): void {
  const { modulusLength, hash } = algorithm as { modulusLength: number; hash: { name: string } };
  const limitBytes = Math.ceil(modulusLength / 8) - 2 * (digestBytes[hash.name] ?? 64) - 2;
  if (lengthBytes <= limitBytes) return;
  throw new CliError(
    65,
    `input has ${lengthBytes} bytes, but this RSA-OAEP key encrypts at most ${limitBytes}`,
    'use a key of AES-GCM or ML-KEM-768 for longer data',
  );
}
