import { randomBytes, randomUUID, webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connect, type FerroHsm } from '@ferrohsm/sdk/node';
import {
  createFolders,
  discardFolders,
  type SidecarFolders,
  startSidecarProcess,
} from '../../tools/throw-away-sidecar.ts';
import { fillStore, rareKeys } from './filled-store.ts';
import { runLoad } from './load.ts';
import { describeMachine } from './machine.ts';
import { cpuClockOf } from './process-cost.ts';
import { median, percentile } from './statistics.ts';

// What a large keystore costs beside a small one, in one interleaved run: npm run bench:keys -- [--keys 1000000]
// [--store FOLDER: where the large store lies; kept, and filled only when there is none].
// The large store is filled by the keystore itself, not through the socket; that takes about half a millisecond a key.

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '1000000' },
    few: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    'create-ms': { type: 'string', default: '5000' },
    store: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const keyName = 'bench-start';
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;

const large = createFolders(values.store);
const isFilled = existsSync(large.state);
const small = createFolders();
try {
  const { cpu, cores, fdatasyncUs } = describeMachine(small.root);
  console.log(`${cpu}, ${cores} cores, fdatasync ${Math.round(fdatasyncUs)} us`);
  await prepare(small, Number(values.few));
  if (!isFilled) await prepare(large, Number(values.keys));
  await compareStarts();
  await withSidecar(large, measureUse);
} finally {
  if (values.store === undefined) discardFolders(large);
  discardFolders(small);
}

async function prepare(folders: SidecarFolders, keys: number): Promise<void> {
  let owner = '';
  await withSidecar(folders, async (hsm) => {
    owner = (await hsm.session.whoami()).principal.id;
    await hsm.keys.create({ name: keyName, algorithm, usages: ['sign', 'verify'] });
  });
  const pair = (await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
  ])) as webcrypto.CryptoKeyPair;
  const publicKey = new Uint8Array(await webcrypto.subtle.exportKey('raw', pair.publicKey));
  const startedMs = performance.now();
  const onProgress = (done: number) => {
    if (done % 51_200 === 0)
      process.stderr.write(`\r${done.toLocaleString('en')} of ${keys.toLocaleString('en')} keys `);
  };
  await fillStore(folders, { keys, owner, publicKey, onProgress });
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(
    `${keys.toLocaleString('en')} keys filled in ${seconds.toFixed(0)} s, ${Math.round(keys / seconds)} a second`,
  );
}

/** From the start of the process to the first signature, and its memory a second later, in turn. */
async function compareStarts(): Promise<void> {
  const times = new Map<SidecarFolders, number[]>([
    [small, []],
    [large, []],
  ]);
  const resident = new Map<SidecarFolders, number>();
  for (let round = 0; round < rounds; round++) {
    for (const [folders, timesMs] of times) {
      const startedMs = performance.now();
      await withSidecar(folders, async (hsm, pid) => {
        const { privateKey } = await hsm.keys.get(keyName);
        await hsm.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, randomBytes(32));
        timesMs.push(performance.now() - startedMs);
        await new Promise((resolve) => setTimeout(resolve, 1000));
        resident.set(folders, residentBytes(pid));
      });
    }
  }
  for (const [folders, timesMs] of times) {
    const what = folders === small ? 'few keys' : 'many keys';
    const memory = (resident.get(folders) ?? 0) / 1e6;
    const [best, middle] = [Math.min(...timesMs), median(timesMs)];
    console.log(
      `start to first signature, ${what}: ${middle.toFixed(0)} ms, at best ${best.toFixed(0)}; resident ${memory.toFixed(0)} MB`,
    );
  }
}

async function measureUse(hsm: FerroHsm, pid: number): Promise<void> {
  await measurePages(hsm, 'all', {});
  await measurePages(hsm, 'one team of 100', { labels: { team: 'team-7' } });
  await measurePages(hsm, `${rareKeys} keys`, { labels: { rare: 'yes' } });
  await measurePages(hsm, 'of those, one team', { labels: { team: 'team-0', rare: 'yes' } });
  await measurePages(hsm, 'by state, none', { state: 'suspended' });
  await measurePages(hsm, 'by algorithm', { algorithm: 'ECDSA' });
  const clock = cpuClockOf(pid) ?? (() => Number.NaN);
  for (const concurrency of [1, 8, 64]) {
    const before = clock();
    const create = () => hsm.keys.create({ name: `created/${randomUUID()}`, algorithm, usages: ['sign', 'verify'] });
    const load = await runLoad(create, concurrency, Number(values['create-ms']));
    const cpuUs = (clock() - before) / load.operations;
    console.log(
      `create P-256, ${concurrency} in flight: ${Math.round(load.opsPerSecond)} a second, p50 ${(load.p50Us / 1000).toFixed(1)} ms, sidecar CPU ${Math.round(cpuUs)} us each`,
    );
  }
  console.log(`resident ${(residentBytes(pid) / 1e6).toFixed(0)} MB after that`);
}

/** Pages of 100 keys, from the front and behind it. */
async function measurePages(
  hsm: FerroHsm,
  what: string,
  query: Parameters<FerroHsm['keys']['page']>[0],
): Promise<void> {
  const timesMs: number[] = [];
  let records = 0;
  for (let round = 0; round < 20; round++) {
    let cursor: string | undefined;
    for (let page = 0; page < 3; page++) {
      const startedMs = performance.now();
      const listed = await hsm.keys.page({ ...query, limit: 100, ...(cursor !== undefined && { cursor }) });
      timesMs.push(performance.now() - startedMs);
      records = Math.max(records, listed.records.length);
      cursor = listed.nextCursor;
      if (cursor === undefined) break;
    }
  }
  const [middle, most] = [median(timesMs), percentile(timesMs, 99)];
  console.log(`page of keys (${what}; ${records} on it): median ${middle.toFixed(1)} ms, p99 ${most.toFixed(1)} ms`);
}

async function withSidecar(folders: SidecarFolders, use: (hsm: FerroHsm, pid: number) => Promise<void>): Promise<void> {
  const sidecar = await startSidecarProcess({ folders });
  try {
    await using hsm = await connect({ socket: sidecar.socket });
    await use(hsm, sidecar.pid);
  } finally {
    await sidecar.stop();
  }
}

function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
