/** Signs one message with one key. */
export interface Signer {
  /** Known before anything is signed. */
  readonly signatureBytes: number;
  /**
   * Takes more of the message, and copies what it keeps.
   *
   * @throws CryptokiRefusal CKR_DATA_LEN_RANGE
   */
  update(part: Buffer): void;
  sign(): Promise<Uint8Array>;
  /** Wipes what it holds of the message. */
  wipe(): void;
}

/** Verifies the signature of one message. */
export interface Verifier extends Omit<Signer, 'sign'> {
  /** @param signature of the right length */
  isValid(signature: Buffer): Promise<boolean>;
}
