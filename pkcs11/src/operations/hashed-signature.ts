import { createHash, createVerify, type Hash, type VerifyKeyObjectInput } from 'node:crypto';
import { CKR } from '../codec/constants/return-values.ts';
import { CollectedBytes } from './collected-bytes.ts';
import type { Signer, Verifier } from './signer.ts';

/** Longer messages are hashed here, and the sidecar signs the digest. */
const maximumSentBytes = 1 << 20;

export interface HashedSignerOptions {
  readonly signatureBytes: number;
  /** Name of the hash in node:crypto. */
  readonly digest: string;
  /** Signs a message that the sidecar hashes; undefined where it does not know the hash. */
  readonly signMessage?: (message: Buffer) => Promise<Uint8Array>;
  readonly signDigest: (digest: Buffer) => Promise<Uint8Array>;
}

/** Signs with a mechanism that hashes. */
export class HashedSigner implements Signer {
  readonly #options: HashedSignerOptions;
  readonly #message: CollectedBytes;
  #hash: Hash | undefined;

  constructor(options: HashedSignerOptions) {
    this.#options = options;
    this.#message = new CollectedBytes({ maximumBytes: maximumSentBytes, refusal: CKR.DATA_LEN_RANGE });
    if (options.signMessage === undefined) this.#hash = createHash(options.digest);
  }

  get signatureBytes(): number {
    return this.#options.signatureBytes;
  }

  update(part: Buffer): void {
    if (!this.#message.hasRoomFor(part.length)) this.#hashFromNowOn();
    if (this.#hash === undefined) this.#message.add(part);
    else this.#hash.update(part);
  }

  sign(): Promise<Uint8Array> {
    const { signMessage, signDigest } = this.#options;
    if (this.#hash === undefined && signMessage !== undefined) return signMessage(this.#message.joined());
    this.#hashFromNowOn();
    return signDigest((this.#hash as Hash).digest());
  }

  wipe(): void {
    this.#message.wipe();
  }

  #hashFromNowOn(): void {
    this.#hash ??= createHash(this.#options.digest).update(this.#message.joined());
    this.#message.wipe();
  }
}

/** @param key with the padding or encoding of the signature */
export function hashedVerifier(digest: string, key: VerifyKeyObjectInput, signatureBytes: number): Verifier {
  const verify = createVerify(digest);
  return {
    signatureBytes,
    update: (part) => void verify.update(part),
    isValid: async (signature) => verify.verify(key, signature),
    wipe: () => undefined,
  };
}
