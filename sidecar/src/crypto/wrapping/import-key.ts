import { SidecarError } from '../../errors.ts';
import type { ImportWrappingName } from '../../generated/types.ts';
import type { WrappingCrypto } from './key-wrapping.ts';
import { wrappings } from './wrapping-table.ts';

/** A key pair that a key is wrapped to, to be imported. */
export interface ImportKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /**
   * @param info what HPKE senders have to know
   * @returns the wrapped key in unpooled bytes that the caller owns and wipes
   * @throws SidecarError `operation_failed` for what was not wrapped to this key
   */
  open(wrapped: Uint8Array, info: Uint8Array): Promise<Uint8Array>;
}

/** Longest key (64 KiB) with what the wrappings add. */
const longestWrappedBytes = 68 << 10;

/**
 * Makes an import key.
 *
 * @example const { publicKey } = await generateImportKey(provider, 'HPKE-MLKEM768-X25519');
 */
export async function generateImportKey(crypto: WrappingCrypto, name: ImportWrappingName): Promise<ImportKey> {
  const wrapping = wrappings[name];
  const pair = await wrapping.generate(crypto);
  return Object.freeze({
    publicKey: await crypto.exportKey('spki', pair.publicKey),
    async open(wrapped, info) {
      if (wrapped.length > longestWrappedBytes) throw tooLong(wrapped);
      try {
        return await wrapping.open(crypto, pair, wrapped, info);
      } catch (cause) {
        throw failed(cause);
      }
    },
  } satisfies ImportKey);
}

/** At which step it failed says something about the key, so it is nobody's to learn. A full queue is another matter. */
function failed(cause: unknown): unknown {
  const isRefused = cause instanceof SidecarError && ['operation_failed', 'data_invalid'].includes(cause.code);
  return isRefused ? new SidecarError('operation_failed', 'the wrapped key does not open', { cause }) : cause;
}

function tooLong({ length }: Uint8Array): SidecarError {
  return new SidecarError('data_invalid', `a wrapped key of ${length} bytes`);
}
