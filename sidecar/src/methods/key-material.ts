import type { LoadedKey, LoadedKeyPair } from '../crypto/key.ts';
import type { CryptoOperations } from '../crypto/provider.ts';
import { SidecarError } from '../errors.ts';
import type { Algorithm, KeyAlgorithm, KeyFormat, KeyRecord, KeyUsage, PublicKey } from '../generated/types.ts';
import { privateUsages, publicUsages } from '../keys/key-halves.ts';
import { Secret } from '../secret.ts';

/** The secret of a new key version and what is known about it; its scope's end disposes the secret. */
export class KeyMaterial implements Disposable {
  readonly type: KeyRecord['type'];
  readonly algorithm: KeyAlgorithm;
  readonly format: string;
  readonly secret: Secret;
  readonly publicKey?: PublicKey;

  private constructor(
    held: LoadedKey,
    { format, bytes }: ReturnType<CryptoOperations['store']>,
    publicKey?: PublicKey,
  ) {
    this.type = held.type === 'secret' ? 'secret' : 'private';
    this.algorithm = held.algorithm;
    this.format = format;
    this.secret = Secret.take(bytes);
    if (publicKey !== undefined) this.publicKey = publicKey;
  }

  /** @throws SidecarError `not_supported`, `syntax_invalid` for usages that the algorithm does not have */
  static async generate(
    crypto: CryptoOperations,
    algorithm: Algorithm | KeyAlgorithm,
    usages: readonly KeyUsage[],
  ): Promise<KeyMaterial> {
    // Extractable only for the moment of sealing; the stored key never is.
    const { held, publicHalf } = halves(await crypto.generateKey(algorithm, { extractable: true, usages }));
    const publicKey = publicHalf && (await crypto.describePublic(publicHalf));
    return new KeyMaterial(held, crypto.store(held), publicKey);
  }

  /**
   * The public half is derived from the secret, and usages are checked for both.
   *
   * @param bytes stay the caller's to wipe
   * @throws SidecarError `data_invalid` for what is no secret key of the algorithm, `not_supported`, `syntax_invalid`
   */
  static async import(
    crypto: CryptoOperations,
    format: KeyFormat,
    bytes: Uint8Array,
    algorithm: Algorithm,
    usages: readonly KeyUsage[],
  ): Promise<KeyMaterial> {
    const isPair = crypto.isPair(algorithm);
    const attributes = { extractable: false, usages: isPair ? privateUsages(usages) : usages };
    const held = await crypto.importKey(format, bytes, algorithm, attributes);
    if (held.type === 'public') throw new SidecarError('data_invalid', 'a public key');
    const publicHalf = isPair ? await crypto.publicKey(held, publicUsages(usages)) : undefined;
    return new KeyMaterial(held, crypto.store(held), publicHalf && (await crypto.describePublic(publicHalf)));
  }

  [Symbol.dispose](): void {
    this.secret.dispose();
  }
}

function halves(generated: LoadedKey | LoadedKeyPair): { held: LoadedKey; publicHalf?: LoadedKey } {
  if (!('privateKey' in generated)) return { held: generated };
  return { held: generated.privateKey, publicHalf: generated.publicKey };
}
