import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../secret.ts';
import { type BackupCrypto, type ContentSeal, chunkBytes, commitmentBytes, contentSeal, tagBytes } from './chunks.ts';
import { type BackupHeader, decodeHeader, encodeHeader, headerLength, prefixBytes } from './header.ts';
import { RecordTally } from './record-tally.ts';
import {
  type BackupManifest,
  comparePaths,
  decodeRecord,
  pathOf,
  type RowRecord,
  recordBodyBytes,
  recordHeadBytes,
} from './records.ts';
import { damaged } from './refusal.ts';

/** A file that is read from its beginning. */
export interface BackupSource {
  readonly sizeBytes: number;
  /** Fills the buffer from the present place as far as the file goes, and says how far. */
  read(into: Buffer): Promise<number>;
}

export interface BackupFront {
  readonly header: BackupHeader;
  readonly headerDigest: Buffer;
  readonly commitment: Buffer;
}

/**
 * Reads what is in front of the content. It is authentic once {@link BackupReader} has compared the commitment.
 *
 * @throws SidecarError `data_invalid`
 */
export async function readFront(source: BackupSource): Promise<BackupFront> {
  const prefix = await readExactly(source, prefixBytes);
  const body = await readExactly(source, headerLength(prefix));
  const headerDigest = createHash('sha256').update(prefix).update(body).digest();
  return { header: decodeHeader(body), headerDigest, commitment: await readExactly(source, commitmentBytes) };
}

/** Reads the content of one backup in constant memory. Nothing comes out that was not verified at its place. */
export class BackupReader implements Disposable {
  readonly #source: BackupSource;
  readonly #header: BackupHeader;
  readonly #seal: ContentSeal;
  readonly #onBytes: (done: number) => void;
  readonly #sealed = Buffer.allocUnsafeSlow(chunkBytes + tagBytes);
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  #number = 0;
  #left: number;

  /**
   * @param source behind the front
   * @param shared the secret that the header encapsulates; stays the caller's
   * @param onBytes hears how many bytes of the content were read
   * @throws SidecarError `data_invalid` when the header or the secret is not the one that the backup was written with
   */
  constructor(
    source: BackupSource,
    front: BackupFront,
    shared: Secret,
    crypto: BackupCrypto,
    onBytes: (done: number) => void = () => undefined,
  ) {
    this.#source = source;
    this.#header = front.header;
    this.#onBytes = onBytes;
    this.#left = source.sizeBytes - frontBytes(source, front);
    this.#seal = contentSeal(crypto, shared, front.headerDigest);
    if (timingSafeEqual(this.#seal.commitment, front.commitment)) return;
    this.#seal[Symbol.dispose]();
    throw damaged('the header was changed, or it is for another recipient');
  }

  /**
   * Every record in the order in which they were written, which is that of their paths; then the manifest was compared and
   * the file has ended. Whoever receives a row disposes its secret.
   *
   * @throws SidecarError `data_invalid`
   */
  async *records(): AsyncGenerator<RowRecord, BackupManifest> {
    const tally = new RecordTally();
    for (let before = ''; ; ) {
      const record = await this.#record();
      if ('manifest' in record) {
        this.#requireWhole(record.manifest, tally);
        return record.manifest;
      }
      const path = pathOf(record);
      if (comparePaths(before, path) >= 0) throw damaged('its rows are out of order');
      before = path;
      tally.count(record);
      yield record;
    }
  }

  [Symbol.dispose](): void {
    this.#chunk.fill(0);
    this.#seal[Symbol.dispose]();
  }

  #requireWhole(manifest: BackupManifest, tally: RecordTally): void {
    if (this.#at !== this.#chunk.length || this.#left > 0) throw damaged('something follows its end');
    const { stateRoot, stateCounter } = this.#header;
    const isSame = manifest.stateRoot === stateRoot && manifest.stateCounter === stateCounter;
    if (!isSame || !tally.isThatOf(manifest)) throw damaged('the manifest does not agree with the rows');
  }

  async #record() {
    const head = await this.#take(recordHeadBytes);
    const body = await this.#take(recordBodyBytes(head));
    try {
      return decodeRecord(head, body);
    } finally {
      body.fill(0);
    }
  }

  async #take(bytes: number): Promise<Buffer> {
    const taken = Buffer.allocUnsafeSlow(bytes);
    for (let done = 0; done < bytes; ) {
      if (this.#at === this.#chunk.length) await this.#nextChunk();
      const copied = this.#chunk.copy(taken, done, this.#at);
      this.#at += copied;
      done += copied;
    }
    return taken;
  }

  async #nextChunk(): Promise<void> {
    if (this.#left === 0) throw damaged('its end is missing');
    const sealed = this.#sealed.subarray(0, Math.min(this.#left, this.#sealed.length));
    if ((await this.#source.read(sealed)) !== sealed.length) throw damaged('its end is missing');
    this.#left -= sealed.length;
    const chunk = this.#seal.cipher.open(sealed, this.#number, this.#left === 0);
    if (chunk === undefined || chunk.length === 0) throw damaged(`chunk ${this.#number} does not verify`);
    this.#chunk.fill(0);
    this.#chunk = chunk;
    this.#at = 0;
    this.#number += 1;
    this.#onBytes(this.#number * this.#sealed.length);
  }
}

function frontBytes(source: BackupSource, { header }: BackupFront): number {
  return Math.min(source.sizeBytes, encodeHeader(header).length + commitmentBytes);
}

async function readExactly(source: BackupSource, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  if ((await source.read(buffer)) !== bytes) throw damaged('its end is missing');
  return buffer;
}
