/** Encrypts or decrypts one text with one key. */
export interface Cipher {
  /** Whether the lengths are exact; else what `finish` gives may be shorter. */
  readonly isExact: boolean;
  /** What `update` gives for a part of so many bytes. */
  updateBytes(partBytes: number): number;
  /**
   * What `finish` gives at most for a last part of so many bytes.
   *
   * @throws CryptokiRefusal CKR_DATA_LEN_RANGE, CKR_ENCRYPTED_DATA_LEN_RANGE where the text cannot end there
   */
  finishBytes(partBytes: number): number;
  update(part: Buffer): Promise<Uint8Array>;
  /** The last part, which may be empty, or all of the text. */
  finish(part: Buffer): Promise<Uint8Array>;
  wipe(): void;
}
