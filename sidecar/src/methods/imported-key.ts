import type { CryptoOperations } from '../crypto/provider.ts';
import type { KeysImportParams } from '../generated/types.ts';
import type { ImportClaim, ImportKeys } from '../keys/import-keys.ts';
import { Secret } from '../secret.ts';
import { KeyMaterial } from './key-material.ts';

/** A key that was wrapped to an import key, read and checked; its scope's end wipes it. */
export class ImportedKey implements Disposable {
  readonly material: KeyMaterial;
  readonly #claim: ImportClaim;

  private constructor(claim: ImportClaim, material: KeyMaterial) {
    this.#claim = claim;
    this.material = material;
  }

  /**
   * @throws SidecarError `import_key_unknown`, `operation_failed` for what was not wrapped to the import key,
   *   `data_invalid` for what is no key of the algorithm or whose halves do not fit, `syntax_invalid`, `not_supported`
   */
  static async open(
    crypto: CryptoOperations,
    importKeys: ImportKeys,
    { importId, wrapped, format, algorithm, usages }: KeysImportParams,
    principal: string,
  ): Promise<ImportedKey> {
    using held = new DisposableStack();
    const claim = held.use(importKeys.claim(importId, principal));
    using secret = Secret.take(await claim.open(wrapped));
    const material = await KeyMaterial.import(crypto, format, secret.bytes, algorithm, usages);
    held.move();
    return new ImportedKey(claim, material);
  }

  /** It is stored: nothing else is wrapped to the import key. */
  spend(): void {
    this.#claim.spend();
  }

  /** In milliseconds since 1970: the import key waits for people so long. */
  keepUntil(timeMs: number): void {
    this.#claim.keepUntil(timeMs);
  }

  [Symbol.dispose](): void {
    this.material[Symbol.dispose]();
    this.#claim[Symbol.dispose]();
  }
}
