import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';

/** A file to measure the disk with; the end of its scope removes it. */
export interface SyncProbe extends Disposable {
  /** One short write and its sync. */
  sync(): void;
}

const fileBytes = 1 << 20;

/** As the log does it: into a file that has its size already. */
export function openSyncProbe(path: string): SyncProbe {
  const file = openSync(path, 'w');
  writeSync(file, Buffer.alloc(fileBytes));
  fdatasyncSync(file);
  const record = Buffer.alloc(512, 1);
  let position = 0;
  return {
    sync() {
      writeSync(file, record, 0, record.length, position);
      fdatasyncSync(file);
      position = (position + record.length) % fileBytes;
    },
    [Symbol.dispose]() {
      closeSync(file);
      rmSync(path);
    },
  };
}
