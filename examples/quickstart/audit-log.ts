import { strict as assert } from 'node:assert';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LogSource, verifyLog } from '@ferrohsm/sdk/node';
import { type Stage, tell } from './stage.ts';

/** An outsider with a copy of the log and its public keys checks it, and sees a single changed byte. */
export async function checkLog({ folders }: Stage, keys: readonly string[]): Promise<void> {
  const copy = join(folders.root, 'log-copy');
  cpSync(folders.log, copy, { recursive: true });

  const report = await verifyLog(folderSource(copy), { keys });
  assert(report.ok, report.problems.join('\n'));
  tell(`${report.size} records, root ${report.root.slice(0, 16)}..., signed by ${report.origin}: verified`);

  // The first 256 records, as far as the checkpoint goes: the sidecar may have begun to write more.
  const file = join(copy, 'tile/entries', report.size < 256 ? `000.p/${report.size}` : '000');
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
  writeFileSync(file, bytes);
  const alarm = await verifyLog(folderSource(copy), { keys });
  assert(!alarm.ok);
  tell(`one byte changed in a copy: ${alarm.problems[0]}`);
}

function folderSource(folder: string): LogSource {
  return {
    read: (path) =>
      readFile(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      }),
  };
}
