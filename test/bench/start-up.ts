import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@ferrohsm/sdk/node';
import { type SidecarFolders, startSidecarProcess } from '../../tools/throw-away-sidecar.ts';
import { median } from './statistics.ts';

export interface StartUp {
  /** Milliseconds from the start of the process `ferrohsm serve` to the first signature, median. */
  readonly firstSignatureMs: number;
  /** Bytes of memory that the sidecar holds when it has been idle for a second. */
  readonly idleResidentBytes: number;
}

const starts = 3;
const algorithm = { name: 'ECDSA', hash: 'SHA-256' };

/** Starts the sidecar on folders that it knows: the first start makes keys and folders, which is another matter. */
export async function measureStartUp(folders: SidecarFolders): Promise<StartUp> {
  await withSidecar(folders, async ({ keys }) => {
    await keys.create({ name: keyName, algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, usages: ['sign', 'verify'] });
  });
  const timesMs: number[] = [];
  let idleResidentBytes = 0;
  for (let start = 0; start < starts; start += 1) {
    const startedMs = performance.now();
    await withSidecar(folders, async ({ keys, subtle, system }) => {
      const { privateKey } = await keys.get(keyName);
      await subtle.sign(algorithm, privateKey, randomBytes(32));
      timesMs.push(performance.now() - startedMs);
      await delay(1000);
      idleResidentBytes = (await system.status()).residentBytes;
    });
  }
  return { firstSignatureMs: median(timesMs), idleResidentBytes };
}

const keyName = 'bench/start-up';

async function withSidecar(
  folders: SidecarFolders,
  use: (hsm: Awaited<ReturnType<typeof connect>>) => Promise<void>,
): Promise<void> {
  const sidecar = await startSidecarProcess({ folders });
  try {
    await using hsm = await connect({ socket: sidecar.socket });
    await use(hsm);
  } finally {
    await sidecar.stop();
  }
}
