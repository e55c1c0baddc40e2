import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  command,
  createFolders,
  discardFolders,
  type SidecarProcess,
  startSidecarProcess,
} from '../../tools/throw-away-sidecar.ts';
import { principalsFile } from '../end-to-end/principals.ts';
import { type LiveMemory, liveMemory, probeOptions } from './live-memory.ts';
import { writeOfficer } from './officer.ts';

export interface SoakedSidecar extends AsyncDisposable {
  readonly process: SidecarProcess;
  /** File of the officer who approves. */
  readonly officer: string;
  /** What it holds now, after a collection. */
  memory(): Promise<LiveMemory>;
}

/**
 * `ferrohsm serve` in folders of its own, with the user of the test and an officer; it is allowed to be asked for its
 * memory, and otherwise as it comes.
 */
export async function startSoakedSidecar(): Promise<SoakedSidecar> {
  const folders = createFolders();
  const officer = join(folders.root, 'officer.json');
  const { principals } = JSON.parse(principalsFile({})) as { principals: object[] };
  mkdirSync(folders.config, { recursive: true, mode: 0o700 });
  const everybody = JSON.stringify({ principals: [...principals, writeOfficer(officer)] });
  writeFileSync(join(folders.config, 'principals.json'), everybody, { mode: 0o600 });
  const memoryFile = join(folders.root, 'memory.json');
  const process = await startSidecarProcess({
    folders,
    arguments: ['--websocket', '127.0.0.1:0', '--allow-debugging'],
    program: [...probeOptions(memoryFile), command],
  });
  return {
    process,
    officer,
    memory: () => liveMemory(process.pid, memoryFile),
    async [Symbol.asyncDispose]() {
      await process.stop();
      discardFolders(folders);
    },
  };
}
