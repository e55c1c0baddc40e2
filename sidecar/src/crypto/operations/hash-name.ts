import { descriptorOf, table } from './table.ts';

export interface Hash {
  /** Name in node:crypto. */
  readonly digest: string;
  readonly bytes: number;
  /** Length of an HMAC key that names none; WebCrypto does not say it for SHA-3. */
  readonly blockBits: number | null;
  /** DER of a DigestInfo up to its digest, in hex: RFC 8017 section 9.2 note 1, and the OIDs of NIST for SHA-3. */
  readonly digestInfo: string;
}

/** FIPS 180-4 and FIPS 202. */
const hashes = table<Hash>({
  'SHA-1': { digest: 'sha1', bytes: 20, blockBits: 512, digestInfo: '3021300906052b0e03021a05000414' },
  'SHA-256': { digest: 'sha256', bytes: 32, blockBits: 512, digestInfo: '3031300d060960864801650304020105000420' },
  'SHA-384': { digest: 'sha384', bytes: 48, blockBits: 1024, digestInfo: '3041300d060960864801650304020205000430' },
  'SHA-512': { digest: 'sha512', bytes: 64, blockBits: 1024, digestInfo: '3051300d060960864801650304020305000440' },
  'SHA3-256': { digest: 'sha3-256', bytes: 32, blockBits: null, digestInfo: '3031300d060960864801650304020805000420' },
  'SHA3-384': { digest: 'sha3-384', bytes: 48, blockBits: null, digestInfo: '3041300d060960864801650304020905000430' },
  'SHA3-512': { digest: 'sha3-512', bytes: 64, blockBits: null, digestInfo: '3051300d060960864801650304020a05000440' },
});

/** @throws SidecarError `not_supported` */
export function hashOf(name: string): Hash {
  return descriptorOf(hashes, name, 'hash');
}
