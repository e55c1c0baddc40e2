import { descriptorOf, table } from './table.ts';

interface Hash {
  /** Name in node:crypto. */
  readonly digest: string;
  readonly bytes: number;
}

/** FIPS 180-4. */
const hashes = table<Hash>({
  'SHA-1': { digest: 'sha1', bytes: 20 },
  'SHA-256': { digest: 'sha256', bytes: 32 },
  'SHA-384': { digest: 'sha384', bytes: 48 },
  'SHA-512': { digest: 'sha512', bytes: 64 },
});

/** @throws SidecarError `not_supported` */
export function hashOf(name: string): Hash {
  return descriptorOf(hashes, name, 'hash');
}
