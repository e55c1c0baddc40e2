import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { NeedleIndex } from './needle-index.ts';

/** Where a byte string was found. */
export interface ScanFinding {
  /** Name of the file. */
  readonly file: string;
  /** Index of the needle. */
  readonly needle: number;
}

/** Bytes read at once; looking through them takes about a millisecond. */
const chunkBytes = 1 << 18;

/**
 * Looks for byte strings in files, with constant memory.
 *
 * @param paths files that do not exist are skipped
 * @param needles 16 bytes or more each
 * @returns each needle at most once a file
 */
export async function scanFiles(paths: readonly string[], needles: readonly Buffer[]): Promise<ScanFinding[]> {
  const index = new NeedleIndex(needles);
  const findings: ScanFinding[] = [];
  for (const path of paths) {
    for (const needle of await needlesIn(path, index)) findings.push({ file: basename(path), needle });
  }
  return findings;
}

async function needlesIn(path: string, index: NeedleIndex): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  const file = await open(path).catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return found;
  try {
    for await (const window of windowsOf(file, index.overlapBytes)) {
      for (const needle of index.in(window)) found.add(needle);
    }
    return found;
  } finally {
    await file.close();
  }
}

async function* windowsOf(file: FileHandle, overlapBytes: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(overlapBytes + chunkBytes);
  for (let kept = 0; ; ) {
    const { bytesRead } = await file.read(buffer, kept, chunkBytes);
    if (bytesRead === 0) return;
    const end = kept + bytesRead;
    yield buffer.subarray(0, end);
    kept = Math.min(end, overlapBytes);
    buffer.copyWithin(0, end - kept, end);
  }
}
