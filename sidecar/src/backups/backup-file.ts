import { type FileHandle, open } from 'node:fs/promises';
import { BackupReader, type BackupSource, readFront } from '../backup/backup-reader.ts';
import type { BackupHeader } from '../backup/header.ts';
import type { BackupManifest } from '../backup/records.ts';
import type { CopiedRow } from '../copied-rows.ts';
import { createChunkCipher } from '../crypto/chunk-cipher.ts';
import { createCryptoProvider } from '../crypto/crypto-provider.ts';
import { createSealing } from '../crypto/sealing.ts';
import { type BackupOpener, decapsulate } from './backup-recipients.ts';

export type { BackupHeader, BackupManifest, BackupOpener, CopiedRow };

/** A backup to read, and what opens it. */
export interface BackupPlace {
  readonly path: string;
  /** Stays the caller's to dispose. */
  readonly opener: BackupOpener;
  /** Hears of the progress, in bytes of the file. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Handles pages of rows; what they hold is disposed afterwards. */
export type UseRows = (rows: readonly CopiedRow[]) => void;

/** What a whole backup turned out to be. */
export interface ReadBackup {
  readonly header: BackupHeader;
  readonly manifest: BackupManifest;
}

/** Rows that are handed over at once, and bytes at which there are enough. */
const pageRows = 512;
const pageBytes = 1024 * 1024;

/**
 * Reads a backup to its end: everything that comes out was verified, and at the end that it was whole.
 *
 * @param begin is told what the backup says of itself, which is authentic then
 * @throws SidecarError `data_invalid`
 */
export async function readBackup(
  { path, opener, onProgress = () => undefined }: BackupPlace,
  begin: (header: BackupHeader) => UseRows,
): Promise<ReadBackup> {
  await using file = await open(path, 'r');
  const source = await sourceOf(file);
  const front = await readFront(source);
  await using crypto = { provider: createCryptoProvider(), [Symbol.asyncDispose]: () => crypto.provider.close() };
  const sealing = createSealing();
  using shared = await decapsulate(crypto.provider, sealing, front.header, opener);
  const content = { derive: sealing.derive, chunkCipher: createChunkCipher };
  using reader = new BackupReader(source, front, shared, content, (done) => onProgress(done, source.sizeBytes));
  const manifest = await inPages(reader.rows(), begin(front.header));
  return { header: front.header, manifest };
}

/**
 * What a backup says of itself, to anybody: nothing of it is verified.
 *
 * @throws SidecarError `data_invalid`
 */
export async function readBackupHeader(path: string): Promise<BackupHeader> {
  await using file = await open(path, 'r');
  return (await readFront(await sourceOf(file))).header;
}

async function inPages(rows: AsyncGenerator<CopiedRow, BackupManifest>, use: UseRows): Promise<BackupManifest> {
  let page: CopiedRow[] = [];
  let bytes = 0;
  const usePage = () => {
    try {
      use(page);
    } finally {
      for (const { secret } of page) secret?.dispose();
      page = [];
      bytes = 0;
    }
  };
  try {
    for (;;) {
      const step = await rows.next();
      if (step.done === true) {
        usePage();
        return step.value;
      }
      page.push(step.value);
      bytes += step.value.value.length;
      if (page.length === pageRows || bytes >= pageBytes) usePage();
    }
  } finally {
    for (const { secret } of page) secret?.dispose();
  }
}

async function sourceOf(file: FileHandle): Promise<BackupSource> {
  const { size } = await file.stat();
  return {
    sizeBytes: size,
    async read(into) {
      for (let done = 0; ; ) {
        if (done === into.length) return done;
        const { bytesRead } = await file.read(into, done);
        if (bytesRead === 0) return done;
        done += bytesRead;
      }
    },
  };
}
