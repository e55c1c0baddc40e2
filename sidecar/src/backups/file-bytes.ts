import { createHash } from 'node:crypto';
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

/** A source, and the SHA-256 of what was read of it so far, base64url. */
export interface DigestedSource extends BackupSource {
  sha256(): string;
}

/** The very bytes that are read are digested: under the same name another file may lie later. */
export function digested(source: BackupSource): DigestedSource {
  const hash = createHash('sha256');
  return {
    sizeBytes: source.sizeBytes,
    async read(into) {
      const bytes = await source.read(into);
      hash.update(into.subarray(0, bytes));
      return bytes;
    },
    sha256: () => hash.copy().digest('base64url'),
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
