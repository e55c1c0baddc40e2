import { descriptorOf, table } from './table.ts';

interface Hash {
  /** Name in node:crypto. */
  readonly digest: string;
  readonly bytes: number;
  /** Length of an HMAC key that names none; WebCrypto does not say it for SHA-3. */
  readonly blockBits: number | null;
}

/** FIPS 180-4 and FIPS 202. */
const hashes = table<Hash>({
  'SHA-1': { digest: 'sha1', bytes: 20, blockBits: 512 },
  'SHA-256': { digest: 'sha256', bytes: 32, blockBits: 512 },
  'SHA-384': { digest: 'sha384', bytes: 48, blockBits: 1024 },
  'SHA-512': { digest: 'sha512', bytes: 64, blockBits: 1024 },
  'SHA3-256': { digest: 'sha3-256', bytes: 32, blockBits: null },
  'SHA3-384': { digest: 'sha3-384', bytes: 48, blockBits: null },
  'SHA3-512': { digest: 'sha3-512', bytes: 64, blockBits: null },
});

/** @throws SidecarError `not_supported` */
export function hashOf(name: string): Hash {
  return descriptorOf(hashes, name, 'hash');
}
