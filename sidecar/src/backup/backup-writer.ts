import { createHash } from 'node:crypto';
import type { CopiedRow } from '../copied-rows.ts';
import type { Secret } from '../secret.ts';
import { type BackupCrypto, type ContentSeal, chunkBytes, contentSeal } from './chunks.ts';
import { type BackupHeader, encodeHeader } from './header.ts';
import { type BackupManifest, encodeManifest, encodeRemoval, encodeRow } from './records.ts';

/** Where the bytes of a backup go, in order. */
export interface BackupSink {
  write(bytes: Buffer): Promise<void>;
}

export interface WrittenBackup {
  readonly sizeBytes: number;
  /** SHA-256 of the whole file. */
  readonly sha256: Buffer;
}

/** Writes one backup, chunk by chunk, in constant memory. */
export class BackupWriter implements Disposable {
  readonly #sink: BackupSink;
  readonly #seal: ContentSeal;
  readonly #digest = createHash('sha256');
  /** Plaintext of the chunk that is filled. */
  readonly #chunk = Buffer.allocUnsafeSlow(chunkBytes);
  #filled = 0;
  #number = 0;
  #sizeBytes = 0;

  private constructor(sink: BackupSink, seal: ContentSeal) {
    this.#sink = sink;
    this.#seal = seal;
  }

  /** @param shared the secret that the header encapsulates; stays the caller's */
  static async begin(
    sink: BackupSink,
    header: BackupHeader,
    shared: Secret,
    crypto: BackupCrypto,
  ): Promise<BackupWriter> {
    const front = encodeHeader(header);
    const seal = contentSeal(crypto, shared, createHash('sha256').update(front).digest());
    const writer = new BackupWriter(sink, seal);
    await writer.#put(Buffer.concat([front, seal.commitment]));
    return writer;
  }

  /** The secret of the row stays the caller's to dispose. */
  async write(row: CopiedRow): Promise<void> {
    await this.#fill(encodeRow(row));
  }

  /** Of a row that the base has. */
  async remove(path: string): Promise<void> {
    await this.#fill(encodeRemoval(path));
  }

  async finish(manifest: BackupManifest): Promise<WrittenBackup> {
    await this.#fill(encodeManifest(manifest));
    await this.#sealChunk(true);
    return { sizeBytes: this.#sizeBytes, sha256: this.#digest.digest() };
  }

  [Symbol.dispose](): void {
    this.#chunk.fill(0);
    this.#seal[Symbol.dispose]();
  }

  /** A full chunk is sealed when more follows: only then it is known not to be the last. */
  async #fill(record: Buffer): Promise<void> {
    for (let done = 0; done < record.length; ) {
      if (this.#filled === chunkBytes) await this.#sealChunk(false);
      const copied = record.copy(this.#chunk, this.#filled, done);
      this.#filled += copied;
      done += copied;
    }
    record.fill(0);
  }

  async #sealChunk(isLast: boolean): Promise<void> {
    const sealed = this.#seal.cipher.seal(this.#chunk.subarray(0, this.#filled), this.#number, isLast);
    this.#chunk.fill(0);
    this.#filled = 0;
    this.#number += 1;
    await this.#put(sealed);
  }

  async #put(bytes: Buffer): Promise<void> {
    this.#digest.update(bytes);
    this.#sizeBytes += bytes.length;
    await this.#sink.write(bytes);
  }
}
