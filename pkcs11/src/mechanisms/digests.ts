import { CKM } from '../codec/constants/mechanism-types.ts';
import { type Hash, signatureHashes } from './hashes.ts';
import type { Mechanism } from './mechanism.ts';

/** FIPS 180-4 section 5.3.6; only digested with. */
const truncatedSha512: readonly Hash[] = [
  { mechanism: CKM.SHA512_224, digest: 'sha512-224', bytes: 28 },
  { mechanism: CKM.SHA512_256, digest: 'sha512-256', bytes: 32 },
];

export const digestMechanisms: readonly Mechanism[] = [...signatureHashes, ...truncatedSha512].map(
  ({ mechanism, digest: name, bytes }) =>
    Object.freeze({
      type: mechanism,
      keyTypes: [],
      keySizes: [0, 0],
      soleAlgorithms: [],
      digest: Object.freeze({ name, bytes }),
    } satisfies Mechanism),
);
