import type { FileHandle } from 'node:fs/promises';
import type { BackupSource } from '../backup/backup-reader.ts';
import type { BackupSink } from '../backup/backup-writer.ts';

/** An open file, read from its beginning. */
export async function sourceOf(file: FileHandle): Promise<BackupSource> {
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

/** An open file, written to its end. */
export function sinkOf(file: FileHandle): BackupSink {
  return {
    async write(bytes) {
      for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
    },
  };
}
