import { FerroHsmError } from '../errors.ts';
import type { ImportWrappingName, KeysPrepareImportResult } from '../generated/types.ts';
import type { HpkeKemName } from '../hpke/algorithms.ts';
import type { HpkeSubtleCrypto } from '../hpke/kem.ts';
import { noBytes } from '../hpke/labels.ts';
import { setupSender } from '../hpke/setup.ts';
import { suiteOf } from '../hpke/suite.ts';
import { concat } from '../transparency/bytes.ts';
import { bufferSource, copyBytes } from '../webcrypto/web-idl.ts';

interface Recipient {
  readonly kem: HpkeKemName;
  readonly algorithm: string;
  readonly format: 'raw' | 'raw-public';
  readonly usages: readonly string[];
  /** The raw public key is what the SubjectPublicKeyInfo ends with. */
  readonly publicKeyBytes: number;
}

const recipients: Readonly<Partial<Record<ImportWrappingName, Recipient>>> = Object.freeze({
  'HPKE-MLKEM768-X25519': {
    kem: 'MLKEM768-X25519',
    algorithm: 'MLKEM768-X25519',
    format: 'raw-public',
    usages: ['encapsulateBits'],
    publicKeyBytes: 1216,
  },
  'HPKE-X25519': {
    kem: 'DHKEM(X25519, HKDF-SHA256)',
    algorithm: 'X25519',
    format: 'raw',
    usages: [],
    publicKeyBytes: 32,
  },
});

/**
 * Wraps a key to an import key.
 *
 * @returns encapsulated key and ciphertext in a row
 * @throws FerroHsmError `not_supported` for a wrapping that is for other tools
 */
export async function wrapForImport(
  subtle: HpkeSubtleCrypto,
  { importId, wrapping, publicKey }: KeysPrepareImportResult,
  keyData: BufferSource,
): Promise<Uint8Array<ArrayBuffer>> {
  const recipient = recipients[wrapping];
  if (recipient === undefined) throw new FerroHsmError('not_supported', `wrapping with ${wrapping} by the SDK`);
  const { kem, algorithm, format, usages, publicKeyBytes } = recipient;
  const raw = (publicKey as Uint8Array<ArrayBuffer>).slice(-publicKeyBytes);
  const key = await subtle.importKey(format as 'raw', raw, algorithm, true, usages as readonly KeyUsage[]);
  const suite = suiteOf({ kem, kdf: 'HKDF-SHA256', aead: 'AES-256-GCM' });
  const info = new TextEncoder().encode(`ferrohsm/import/v1\0${importId}`);
  const data = copyBytes(bufferSource(keyData, 'keyData'));
  try {
    const { enc, context } = await setupSender(suite, subtle, key, { info });
    return concat(enc, await context.seal({ data, aad: noBytes }));
  } finally {
    data.fill(0);
  }
}
