import { transcode } from 'node:buffer';
import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** MacData of RFC 7292 section 4. */
export interface Pkcs12Mac {
  /** DER of the hash's OID, in hexadecimal digits. */
  readonly hashOid: string;
  readonly digest: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
}

interface MacHash {
  readonly name: string;
  readonly blockBytes: number;
}

const hashes: Readonly<Record<string, MacHash>> = Object.freeze({
  '2b0e03021a': { name: 'sha1', blockBytes: 64 },
  '608648016503040201': { name: 'sha256', blockBytes: 64 },
  '608648016503040202': { name: 'sha384', blockBytes: 128 },
  '608648016503040203': { name: 'sha512', blockBytes: 128 },
});

/** "ID" of key material for a MAC (RFC 7292 appendix B.3). */
const macPurpose = 3;
/** A file that asks for more would only keep us busy. */
const mostIterations = 10_000_000;

/**
 * Whether the content is what was protected with the passphrase.
 *
 * @throws RangeError for a MAC of another kind
 */
export function hasPkcs12Mac(content: Buffer, mac: Pkcs12Mac, passphrase: Buffer): boolean {
  const found = hashes[mac.hashOid];
  if (found === undefined) throw new RangeError('a MAC that is not of RFC 7292 with SHA-1 or SHA-2');
  if (mac.iterations < 1 || mac.iterations > mostIterations) throw new RangeError(`${mac.iterations} iterations`);
  const key = macKey(found, mac, passphrase);
  const expected = createHmac(found.name, key).update(content).digest();
  key.fill(0);
  return expected.length === mac.digest.length && timingSafeEqual(expected, mac.digest);
}

/** RFC 7292 appendix B.2. The key is as long as the hash, so that one block of output is all of it. */
function macKey({ name, blockBytes }: MacHash, { salt, iterations }: Pkcs12Mac, passphrase: Buffer): Buffer {
  const password = bmpString(passphrase);
  const input = Buffer.concat([
    Buffer.alloc(blockBytes, macPurpose),
    filled(salt, blockBytes),
    filled(password, blockBytes),
  ]);
  password.fill(0);
  let key = hash(name, input, 'buffer');
  input.fill(0);
  for (let count = 1; count < iterations; count += 1) key = hash(name, key, 'buffer');
  return key;
}

/** UTF-16 in big-endian order, ended by a zero character. */
function bmpString(passphrase: Buffer): Buffer {
  const text = transcode(passphrase, 'utf8', 'utf16le').swap16();
  const ended = Buffer.alloc(text.length + 2);
  text.copy(ended);
  text.fill(0);
  return ended;
}

/** Repeated to a multiple of the block. */
function filled(bytes: Buffer, blockBytes: number): Buffer {
  const length = Math.ceil(bytes.length / blockBytes) * blockBytes;
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, bytes);
}
