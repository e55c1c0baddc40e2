import type {
  ImportWrappingName,
  KeysImportParams,
  KeysPrepareImportResult,
  KeyUsage,
  Labels,
} from '../generated/types.ts';
import { algorithmIdentifier } from '../webcrypto/algorithm-name.ts';
import { keyUsages } from '../webcrypto/arguments.ts';
import type { HsmCrypto } from '../webcrypto/crypto.ts';
import { normalizeAlgorithm } from '../webcrypto/normalization.ts';
import type { KeyImportParams } from '../webcrypto/subtle-crypto-types.ts';
import { KeyLife } from './key-life.ts';
import type { NamedKey } from './named-key.ts';
import type { Rpc } from './rpc.ts';

/** A key from elsewhere and what it becomes. */
export interface KeyImport {
  readonly name: string;
  /** Of the key; a `jwk` is its JSON text in UTF-8. */
  readonly format: KeysImportParams['format'];
  /** As for `subtle.importKey`. */
  readonly algorithm: KeyImportParams;
  /** Of a pair, those of both halves. */
  readonly usages: readonly KeyUsage[];
  /** Free labels that policies select by. */
  readonly labels?: Labels;
  /** What the key is for, up to 512 characters. */
  readonly description?: string;
  /** false: to be activated later. */
  readonly active?: boolean;
  /** Milliseconds since 1970: deactivated from then on. */
  readonly expiresAt?: number;
  /** Chosen by the caller who wants to repeat the request later, 8 to 64 characters of base64url. */
  readonly requestId?: string;
}

export interface PlainKeyImport extends KeyImport {
  /** The secret: zero it after use. */
  readonly keyData: BufferSource;
}

export interface WrappedKeyImport extends KeyImport {
  /** Of `prepareImport`. */
  readonly importId: string;
  /** The key, wrapped to the public key of the import. */
  readonly wrapped: Uint8Array;
}

/** Import of keys that were made elsewhere; each needs the approval of other people. */
export class KeyImports extends KeyLife {
  readonly #subtle: HsmCrypto['subtle'];

  constructor(rpc: Rpc, crypto: HsmCrypto) {
    super(rpc, crypto);
    this.#subtle = crypto.subtle;
  }

  /**
   * Imports a key: wraps it here to a key pair that the sidecar makes for it. Its original is not gone by that.
   *
   * @throws FerroHsmError `approval_required` without `wait`: then repeat with `importWrapped`, because what people
   *   consent to is this very wrapping; `already_exists`, `data_invalid` for what is no key of the algorithm,
   *   `syntax_invalid` when the usages do not fit, `not_supported`
   * @example const { publicKey } = await hsm.with({ wait: true }).keys.import({
   *   name: 'web/tls', format: 'pkcs8', keyData, algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, usages: ['sign', 'verify'],
   * });
   */
  async import({ keyData, ...key }: PlainKeyImport): Promise<NamedKey> {
    const prepared = await this.prepareImport();
    const wrapped = await this.wrapForImport(prepared, keyData);
    return await this.importWrapped({ ...key, importId: prepared.importId, wrapped });
  }

  /**
   * Makes a key pair to wrap one key to, by `wrapForImport` or by another tool. It lives ten minutes, while an import
   * waits for approval as long as that, and serves the one who asked for it.
   *
   * @throws FerroHsmError `rate_limited` for more than a hundred at a time
   * @example const { importId, publicKey } = await hsm.keys.prepareImport('RSA-OAEP-AES-KWP');
   */
  prepareImport(wrapping: ImportWrappingName = 'HPKE-MLKEM768-X25519'): Promise<KeysPrepareImportResult> {
    return this.rpc.call('keys.prepareImport', { wrapping });
  }

  /**
   * Wraps a key with HPKE; what comes out is no secret.
   *
   * @throws FerroHsmError `not_supported` for RSA-OAEP-AES-KWP, which is for other tools
   * @example const wrapped = await hsm.keys.wrapForImport(await hsm.keys.prepareImport(), keyData);
   */
  async wrapForImport(prepared: KeysPrepareImportResult, keyData: BufferSource): Promise<Uint8Array<ArrayBuffer>> {
    // HPKE is no part of what every application loads.
    const { wrapForImport } = await import('./import-wrapping.ts');
    return await wrapForImport(this.#subtle, prepared, keyData);
  }

  /**
   * Imports a key that was wrapped already.
   *
   * @throws FerroHsmError as `import`; `import_key_unknown` when it took too long or was used, `operation_failed` for what
   *   was wrapped to another key
   * @example await hsm.with({ wait: true }).keys.importWrapped({ ...key, importId, wrapped });
   */
  async importWrapped({ name, algorithm, usages, ...key }: WrappedKeyImport): Promise<NamedKey> {
    const normalized = normalizeAlgorithm('importKey', algorithmIdentifier(algorithm, 'algorithm'));
    return await this.change('keys.import', name, {
      ...key,
      algorithm: normalized,
      usages: keyUsages(usages, 'usages'),
    });
  }
}
