import { constants } from 'node:fs';
import { durableFlag, type LogFiles, writeAll } from './files.ts';

/** Size to which a segment is filled with zeros ahead, so that a sync has no file metadata to write. */
export const defaultSegmentBytes = 4 << 20;

export interface SegmentPlace {
  readonly files: LogFiles;
  readonly segmentBytes: number;
}

export function segmentName(sequence: number): string {
  return String(sequence).padStart(8, '0');
}

/** Written ahead of the records. One block for all segments: the pages of a fresh one each time cost more than the writing. */
const zeros = Buffer.alloc(1 << 20);

/** A synced file that begins with `content` and is zeros up to the size of a segment. */
export async function createSegment(options: SegmentPlace, path: string, content: Buffer): Promise<number> {
  const { files, segmentBytes } = options;
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | durableFlag;
  const fd = await files.open(path, flags);
  await closeOnFailure(files, fd, async () => {
    await writeAll(files, fd, content, 0);
    for (let at = content.length; at < segmentBytes; at += zeros.length) {
      await writeAll(files, fd, zeros.subarray(0, segmentBytes - at), at);
    }
    await files.sync(fd);
  });
  return fd;
}

export async function closeOnFailure(files: LogFiles, fd: number, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    await files.close(fd);
    throw error;
  }
}
