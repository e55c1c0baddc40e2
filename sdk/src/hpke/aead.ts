import { FerroHsmError } from '../errors.ts';
import { nativeCrypto } from '../local/native-crypto.ts';
import type { HpkeAeadName } from './algorithms.ts';
import { ofRuntime } from './runtime.ts';

interface KeyImport {
  readonly name: string;
  /** Only the older algorithms have `raw`. */
  readonly format: 'raw' | 'raw-secret';
}

/** An AEAD of WebCrypto; its output is the ciphertext followed by the tag. */
export interface Aead {
  /** Nk and Nn; 0 for export-only. */
  readonly keyBytes: number;
  readonly nonceBytes: number;
  readonly key?: KeyImport;
}

const aesGcm: KeyImport = Object.freeze({ name: 'AES-GCM', format: 'raw' });
const chaCha: KeyImport = Object.freeze({ name: 'ChaCha20-Poly1305', format: 'raw-secret' });

export const aeads: Readonly<Record<HpkeAeadName, Aead>> = Object.freeze({
  'AES-128-GCM': Object.freeze({ keyBytes: 16, nonceBytes: 12, key: aesGcm }),
  'AES-256-GCM': Object.freeze({ keyBytes: 32, nonceBytes: 12, key: aesGcm }),
  ChaCha20Poly1305: Object.freeze({ keyBytes: 32, nonceBytes: 12, key: chaCha }),
  'Export-only': Object.freeze({ keyBytes: 0, nonceBytes: 0 }),
});

export interface AeadInput {
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly aad: Uint8Array<ArrayBuffer>;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** One key of an AEAD, native to this runtime. */
export interface AeadKey {
  seal(input: AeadInput): Promise<Uint8Array<ArrayBuffer>>;
  /** @throws FerroHsmError `operation_failed` when the tag does not fit */
  open(input: AeadInput): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * @returns undefined for export-only
 * @throws FerroHsmError `not_supported` where the runtime lacks the AEAD
 */
export async function importAeadKey({ key }: Aead, bytes: Uint8Array<ArrayBuffer>): Promise<AeadKey | undefined> {
  if (key === undefined) return undefined;
  const { name, format } = key;
  const native = await ofRuntime(name, () =>
    nativeCrypto.subtle.importKey(format as 'raw', bytes, name, false, ['encrypt', 'decrypt']),
  );
  const algorithm = ({ nonce, aad }: AeadInput) => ({ name, iv: nonce, additionalData: aad });
  return Object.freeze({
    seal: async (input) => new Uint8Array(await nativeCrypto.subtle.encrypt(algorithm(input), native, input.data)),
    async open(input) {
      try {
        return new Uint8Array(await nativeCrypto.subtle.decrypt(algorithm(input), native, input.data));
      } catch (cause) {
        throw new FerroHsmError('operation_failed', 'hpke ciphertext does not open', { cause });
      }
    },
  } satisfies AeadKey);
}
