import { writeFileSync } from 'node:fs';
import { connect, type FerroHsm } from '@ferrohsm/sdk/node';
import {
  createFolders,
  discardFolders,
  type SidecarFolders,
  startSidecarProcess,
} from '../../tools/throw-away-sidecar.ts';
import { measureAddedLatency } from './added-latency.ts';
import { type ContestOptions, compete, type Row } from './contest.ts';
import { runLoad } from './load.ts';
import { describeMachine } from './machine.ts';
import { type Contest, operations } from './operations.ts';
import { type BenchOptions, parseOptions } from './options.ts';
import { cpuClockOf } from './process-cost.ts';
import { type Report, textOf } from './report.ts';
import { measureStartUp } from './start-up.ts';

// The sidecar through the SDK against node:crypto in this process: npm run bench -- [--quick] [--json FILE]
// Compare ratios of one run; operations per second of two runs tell more about the machine than about the code.

const concurrencies = [1, 8, 64];

const options = parseOptions(process.argv.slice(2));
const folders = createFolders();
try {
  const report = await measure(folders, options);
  console.log(textOf(report));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  discardFolders(folders);
}

async function measure(folders: SidecarFolders, options: BenchOptions): Promise<Report> {
  const machine = describeMachine(folders.root);
  const startUp = await measureStartUp(folders);
  const addedLatency = await measureAddedLatency(options);
  const sidecar = await startSidecarProcess({ folders });
  try {
    await using hsm = await connect({ socket: sidecar.socket });
    const { version, node, openssl } = await hsm.system.status();
    const rows = await measureRows(hsm, { ...options, serverCpuUs: cpuClockOf(sidecar.pid) });
    return { machine, versions: { ferrohsm: version, node, openssl }, startUp, addedLatency, rows };
  } finally {
    await sidecar.stop();
  }
}

type RowOptions = BenchOptions & Pick<ContestOptions, 'serverCpuUs'>;

async function measureRows(hsm: FerroHsm, options: RowOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const operation of operations.filter(({ isLarge }) => options.withLargeBodies || !isLarge)) {
    const contest = await operation.prepare(hsm);
    await warmUp(contest, options.roundMs);
    for (const concurrency of concurrencies) {
      rows.push(await compete(operation, contest, { ...options, concurrency }));
    }
  }
  return rows;
}

/** What only the first calls pay for: compiling, starting threads, the first decision of the policy. */
async function warmUp({ peer, sidecar }: Contest, roundMs: number): Promise<void> {
  const concurrency = Math.max(...concurrencies);
  await runLoad(peer, concurrency, roundMs);
  await runLoad(sidecar, concurrency, 3 * roundMs);
}
