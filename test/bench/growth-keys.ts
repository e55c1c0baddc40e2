import {
  createFolders,
  discardFolders,
  type SidecarFolders,
  startSidecarProcess,
} from '../../tools/throw-away-sidecar.ts';
import { type Result, resultOf } from './contest.ts';
import { fillFolders } from './keyed-folders.ts';
import { cpuClockOf } from './process-cost.ts';
import { openSide, type Round } from './side.ts';
import { measureStartUp, type StartUp } from './start-up.ts';

/** A sidecar with so many keys. */
export interface KeyGrowth extends StartUp {
  readonly keys: number;
  readonly fillSeconds: number;
  /** ECDSA P-256 at 64 in flight, with a key of its own. */
  readonly signatures: Result;
}

const operation = 'p256';
const concurrency = 64;
const rounds = 4;
const roundMs = 500;

export async function measureKeyGrowth(keys: number): Promise<KeyGrowth> {
  const folders = createFolders();
  try {
    const startedMs = performance.now();
    await fillFolders(folders, keys);
    const fillSeconds = (performance.now() - startedMs) / 1000;
    const startUp = await measureStartUp(folders);
    return { keys, fillSeconds, ...startUp, signatures: await measureSignatures(folders) };
  } finally {
    discardFolders(folders);
  }
}

async function measureSignatures(folders: SidecarFolders): Promise<Result> {
  const sidecar = await startSidecarProcess({ folders });
  const stop = async () => {
    await sidecar.stop();
  };
  const server = { socket: sidecar.socket, cpuUs: cpuClockOf(sidecar.pid), [Symbol.asyncDispose]: stop };
  await using side = await openSide('named-keys', server);
  await side.prepare(operation);
  const played: Round[] = [];
  for (let round = 0; round < rounds; round += 1) played.push(await side.run(operation, concurrency, roundMs));
  return resultOf('durable', played);
}
