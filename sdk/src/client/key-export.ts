import { FerroHsmError } from '../errors.ts';
import type { ExportWrapping, ImportWrappingName, KeysExportParams, KeyVersion } from '../generated/types.ts';
import { KeyImports } from './key-import.ts';
import { getRecord } from './key-records.ts';

export type KeyExportFormat = KeysExportParams['format'];

export interface KeyExportOptions {
  /** Default: the newest. */
  readonly version?: number;
}

/** A secret that has left the sidecar. */
export interface ExportedKey {
  /** Zero it after use; of a JWK its JSON text. */
  readonly keyData: Uint8Array;
  readonly format: KeyExportFormat;
  readonly version: number;
}

/** A wrapped key: no secret to anybody but the recipient. */
export interface WrappedKey {
  readonly wrapped: Uint8Array;
  /** Of what is wrapped. */
  readonly format: KeyExportFormat;
  readonly version: number;
}

/** Whoever has the private key; what `prepareImport` of another sidecar answers is one. */
export interface KeyRecipient {
  readonly wrapping: ImportWrappingName;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Of the import that it is for. */
  readonly importId?: string;
}

/** A named AES-KW key that the caller may use to wrap. */
export interface NamedWrappingKey {
  /** AES-KWP (RFC 5649) takes bytes of any length; AES-KW (RFC 3394) multiples of 8, at least 16. */
  readonly wrapping: 'AES-KW' | 'AES-KWP';
  /** Name or id; its newest active version wraps. */
  readonly key: string;
}

/** Export of keys; each needs the approval of other people. */
export class KeyExports extends KeyImports {
  /**
   * Gets the secret of a key out of the sidecar as it is; policies may forbid that and allow `exportWrapped`.
   *
   * @param format as of `subtle.exportKey`
   * @throws FerroHsmError `not_found`, `not_supported` for a format that the key does not have
   * @example const { keyData } = await hsm.with({ wait: true }).keys.export('vault/master', 'raw-secret');
   */
  async export(nameOrId: string, format: KeyExportFormat, options: KeyExportOptions = {}): Promise<ExportedKey> {
    const { keyData, ...exported } = await this.rpc.call('keys.export', exportOf(nameOrId, format, options));
    return { ...exported, keyData: present(keyData) };
  }

  /**
   * Gets a key out of the sidecar, wrapped to a public key or under a named AES-KW key. People who approve it see the
   * SHA-256 of the public key.
   *
   * @throws FerroHsmError as `export`; `wrapping_weak`, `data_invalid` for what is no public key of the wrapping,
   *   `access_invalid` for a key that does not wrap
   * @example const recipient = await other.keys.prepareImport();
   * const { wrapped } = await hsm.with({ wait: true }).keys.exportWrapped('web/tls', 'pkcs8', recipient);
   */
  async exportWrapped(
    nameOrId: string,
    format: KeyExportFormat,
    target: KeyRecipient | NamedWrappingKey,
    options: KeyExportOptions = {},
  ): Promise<WrappedKey> {
    const wrapping = 'key' in target ? await this.#underKey(target) : toRecipient(target);
    const params = { ...exportOf(nameOrId, format, options), wrapping };
    const { wrapped, ...exported } = await this.rpc.call('keys.export', params);
    return { ...exported, wrapped: present(wrapped) };
  }

  async #underKey({ wrapping, key }: NamedWrappingKey): Promise<ExportWrapping> {
    const { id, versions } = await getRecord(this.rpc, key);
    return { name: wrapping, key: `${id}/${newestActive(key, versions)}` };
  }
}

function exportOf(name: string, format: KeyExportFormat, { version }: KeyExportOptions): KeysExportParams {
  return { name, format, ...(version !== undefined && { version }) };
}

function toRecipient({ wrapping, publicKey, importId }: KeyRecipient): ExportWrapping {
  return { name: wrapping, publicKey, ...(importId !== undefined && { importId }) };
}

function newestActive(name: string, versions: readonly KeyVersion[]): number {
  const active = versions.filter(({ state }) => state === 'active').map(({ version }) => version);
  if (active.length === 0) throw new FerroHsmError('key_state', `${name} has no active version`);
  return Math.max(...active);
}

function present(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new FerroHsmError('internal_error', 'the reply holds no key');
  return bytes;
}
