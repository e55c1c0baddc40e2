import { open } from 'node:fs/promises';
import { BackupReader, readFront } from '../backup/backup-reader.ts';
import { type BackupHeader, encodeHeader } from '../backup/header.ts';
import type { BackupManifest, RowRecord } from '../backup/records.ts';
import { damaged } from '../backup/refusal.ts';
import type { CopiedRow } from '../copied-rows.ts';
import { createChunkCipher } from '../crypto/chunk-cipher.ts';
import { createCryptoProvider } from '../crypto/crypto-provider.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { createSealing } from '../crypto/sealing.ts';
import { type ChainLink, chainOf, readBackupHeader } from './backup-chain.ts';
import { type BackupOpener, decapsulate, StretchedOnce } from './backup-recipients.ts';
import { digested, sourceOf } from './file-bytes.ts';
import { newestRows } from './newest-rows.ts';

export { type BackupHeader, type BackupManifest, type BackupOpener, type CopiedRow, readBackupHeader };

/** A backup to read, and what opens it. */
export interface BackupPlace {
  readonly path: string;
  /** Where to find what an increment continues, beside its own folder: files of the chain, or folders. */
  readonly bases?: readonly string[] | undefined;
  /**
   * SHA-256 of the file, base64url, from somewhere that is trusted, as the log of the sidecar that wrote it: another file is
   * refused. Through it every file of the chain is that of the sidecar; undefined: anybody with the public key may have
   * written it.
   */
  readonly sha256?: string | undefined;
  /** Opens every file of a chain. Stays the caller's to dispose. */
  readonly opener: BackupOpener;
  /** Hears of the progress, in bytes of all files. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Handles pages of rows; what they hold is disposed afterwards. */
export type UseRows = (rows: readonly CopiedRow[]) => void;

/** What a whole backup turned out to be. */
export interface ReadBackup {
  readonly header: BackupHeader;
  /** SHA-256 of the file itself as it was read, base64url. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Of the file itself, whatever it continues. */
  readonly manifest: BackupManifest;
  /** Ids of the backups that it continues, the oldest first; none for a whole one. */
  readonly continues: readonly string[];
}

/** Rows that are handed over at once, and bytes at which there are enough. */
const pageRows = 512;
const pageBytes = 1024 * 1024;

/**
 * Reads a backup to its end, with all that it continues: everything that comes out was verified at its place, and at the end
 * that every file was whole and the one that was to be read.
 *
 * @param use is told the rows as they were when the backup was made
 * @throws SidecarError `data_invalid`
 */
export async function readBackup(place: BackupPlace, use: UseRows): Promise<ReadBackup> {
  const chain = await chainOf(place.path, place.bases ?? []);
  const ends: FileEnd[] = [];
  const progress = createProgress(place, chain.length);
  await using crypto = { provider: createCryptoProvider(), [Symbol.asyncDispose]: () => crypto.provider.close() };
  using stretching = new StretchedOnce(createSealing());
  const opening = { crypto: crypto.provider, stretching, opener: place.opener };
  const files = chain.map((link, number) =>
    recordsOf(link, opening, {
      onBytes: (done, total) => progress(number, done, total),
      onEnd: (end) => {
        requireNamed(end, number === 0 ? place.sha256 : chain[number - 1]?.header.base?.sha256);
        ends[number] = end;
      },
    }),
  );
  await inPages(newestRows(files), use);
  const [newest, ...continued] = chain as [ChainLink, ...ChainLink[]];
  const continues = continued.map(({ header }) => header.id).reverse();
  return { header: newest.header, ...(ends[0] as FileEnd), continues };
}

/** What is known of a file once it was read. */
type FileEnd = Pick<ReadBackup, 'manifest' | 'sha256' | 'sizeBytes'>;

function requireNamed({ sha256 }: FileEnd, named: string | undefined): void {
  if (named !== undefined && sha256 !== named) throw damaged(`its SHA-256 is ${sha256}, not ${named}`);
}

interface Opening {
  readonly crypto: CryptoProvider;
  readonly stretching: StretchedOnce;
  readonly opener: BackupOpener;
}

interface RecordHearers {
  readonly onBytes: (done: number, total: number) => void;
  readonly onEnd: (end: FileEnd) => void;
}

async function* recordsOf(
  { path, header }: ChainLink,
  { crypto, stretching, opener }: Opening,
  { onBytes, onEnd }: RecordHearers,
): AsyncGenerator<RowRecord, void> {
  await using file = await open(path, 'r');
  const source = digested(await sourceOf(file));
  const front = await readFront(source);
  if (!encodeHeader(front.header).equals(encodeHeader(header))) throw damaged('it was replaced while it was read');
  using shared = await decapsulate(crypto, stretching, front.header, opener);
  const content = { derive: createSealing().derive, chunkCipher: createChunkCipher };
  using reader = new BackupReader(source, front, shared, content, (done) => onBytes(done, source.sizeBytes));
  const manifest = yield* reader.records();
  onEnd({ manifest, sha256: source.sha256(), sizeBytes: source.sizeBytes });
}

/** The files of a chain are read side by side: the sum of them is told. */
function createProgress({ onProgress = () => undefined }: BackupPlace, files: number) {
  const each = Array.from({ length: files }, () => ({ done: 0, total: 0 }));
  return (number: number, done: number, total: number) => {
    each[number] = { done, total };
    const sum = (part: 'done' | 'total') => each.reduce((bytes, file) => bytes + file[part], 0);
    onProgress(sum('done'), sum('total'));
  };
}

async function inPages(rows: AsyncGenerator<CopiedRow, void>, use: UseRows): Promise<void> {
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
    for await (const row of rows) {
      page.push(row);
      bytes += row.value.length;
      if (page.length === pageRows || bytes >= pageBytes) usePage();
    }
    usePage();
  } finally {
    for (const { secret } of page) secret?.dispose();
  }
}
