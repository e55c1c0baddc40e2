import { strict as assert } from 'node:assert';
import { fork } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '@ferrohsm/sdk/node';
import { createFolders, discardFolders, startSidecarProcess } from '../../tools/throw-away-sidecar.ts';
import { runLoad } from './load.ts';
import { describeMachine } from './machine.ts';
import { cpuClockOf } from './process-cost.ts';
import { RestCaller } from './rest-caller.ts';
import { median } from './statistics.ts';

// A signature over REST beside a bare fastify handler that signs and writes one durable line, in turns; and beside one
// that writes and syncs the lines of all requests that wait together, as the log of the sidecar does:
// node test/bench/rest.ts [--rounds 9] [--round-ms 700] [--concurrency 1,8,32] [--json]

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    'round-ms': { type: 'string', default: '700' },
    concurrency: { type: 'string', default: '1,8,32' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const roundMs = Number(values['round-ms']);
const concurrencies = values.concurrency.split(',').map(Number);
const url = '/v1/subtle/sign';
const data = Buffer.from('what is signed');
const algorithm = { name: 'ECDSA', hash: 'SHA-256' };

const kinds = ['single', 'grouped'] as const;

interface Row {
  readonly concurrency: number;
  readonly perSecond: Readonly<Record<string, number>>;
  /** Of the server's process, in microseconds. */
  readonly cpuUsPerOp: Readonly<Record<string, number>>;
  /** To each bare handler: median of the ratios of neighbouring rounds. */
  readonly ratios: Readonly<Record<string, number>>;
}

const folders = createFolders();
const placeOf = (side: string) => join(folders.root, `${side}.sock`);
try {
  const { cpu, cores, loadAverage, fdatasyncUs } = describeMachine(folders.root);
  const rows = await measure();
  if (values.json) {
    console.log(JSON.stringify({ cpu, cores, loadAverage, fdatasyncUs, rows }));
  } else {
    console.log(`${cpu}, ${cores} cores, load ${loadAverage.toFixed(1)}, fdatasync ${Math.round(fdatasyncUs)} us`);
    for (const { concurrency, perSecond, cpuUsPerOp, ratios } of rows) {
      const rateAndCost = (side: string) =>
        `${Math.round(perSecond[side] ?? 0)}/s at ${Math.round(cpuUsPerOp[side] ?? 0)} us of processor`;
      const others = kinds.map((kind) => `${kind} ${rateAndCost(kind)}, ratio ${ratios[kind]?.toFixed(2)}`);
      console.log(`${concurrency} at once: REST ${rateAndCost('rest')}; bare ${others.join('; ')}`);
    }
  }
} finally {
  discardFolders(folders);
}

async function measure(): Promise<Row[]> {
  const sidecar = await startSidecarProcess({ folders, arguments: ['--rest-socket', placeOf('rest')] });
  const program = join(import.meta.dirname, 'bare-rest-server.ts');
  const bare = kinds.map((kind) => fork(program, [placeOf(kind), join(folders.root, `${kind}.lines`), kind]));
  try {
    await Promise.all(bare.map((child) => once(child, 'message')));
    const { handle, publicKey } = await makeKey(sidecar.socket);
    await check(handle, publicKey);
    const rows: Row[] = [];
    const clocks = clocksOf({
      rest: sidecar.pid,
      ...Object.fromEntries(kinds.map((kind, at) => [kind, bare[at]?.pid ?? 0])),
    });
    for (const concurrency of concurrencies) rows.push(await compare(concurrency, handle, clocks));
    return rows;
  } finally {
    for (const child of bare) child.kill();
    await sidecar.stop();
  }
}

type Clocks = ReadonlyMap<string, () => number>;

function clocksOf(processes: Readonly<Record<string, number>>): Clocks {
  const none = () => Number.NaN;
  return new Map(Object.entries(processes).map(([side, pid]) => [side, cpuClockOf(pid) ?? none]));
}

async function makeKey(socket: string): Promise<{ handle: string; publicKey: Uint8Array }> {
  const hsm = await connect({ socket });
  const made = {
    name: 'bench/rest',
    algorithm: { name: 'ECDSA', namedCurve: 'P-256' },
    usages: ['sign', 'verify'],
  } as const;
  const { record } = await hsm.keys.create({ ...made, usages: [...made.usages] });
  await hsm.close();
  const data = record.versions[0]?.publicKey?.data ?? assert.fail('the key has no public half');
  return { handle: `${record.id}/1`, publicKey: data };
}

/** It is a signature by that key. */
async function check(handle: string, publicKey: Uint8Array): Promise<void> {
  const caller = await RestCaller.open(placeOf('rest'), url, bodyOf(handle));
  const { signature } = JSON.parse(await caller.call()) as { signature: string };
  caller.close();
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  const bytes = Buffer.from(signature, 'base64url');
  assert.ok(verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, bytes));
}

function bodyOf(key: string): object {
  return { key, algorithm, data: data.toString('base64url') };
}

interface Played {
  readonly callers: readonly RestCaller[];
  readonly clock: () => number;
  readonly rates: number[];
  cpuUs: number;
  operations: number;
}

async function compare(concurrency: number, handle: string, clocks: Clocks): Promise<Row> {
  const sides = new Map<string, Played>();
  for (const [side, clock] of clocks) {
    const open = () => RestCaller.open(placeOf(side), url, bodyOf(handle));
    const callers = await Promise.all(Array.from({ length: concurrency }, open));
    sides.set(side, { callers, clock, rates: [], cpuUs: 0, operations: 0 });
  }
  // The first rounds compile.
  for (let round = -2; round < rounds; round += 1) {
    for (const side of sides.values()) await play(side, round >= 0);
  }
  for (const { callers } of sides.values()) for (const caller of callers) caller.close();
  const perSide = (figure: (side: Played) => number) =>
    Object.fromEntries([...sides].map(([id, side]) => [id, figure(side)]));
  const ours = sides.get('rest')?.rates ?? [];
  const ratioTo = (theirs: readonly number[]) => median(ours.map((rate, at) => rate / (theirs[at] ?? Number.NaN)));
  return {
    concurrency,
    perSecond: perSide(({ rates }) => median(rates)),
    cpuUsPerOp: perSide(({ cpuUs, operations }) => cpuUs / operations),
    ratios: Object.fromEntries(kinds.map((kind) => [kind, ratioTo(sides.get(kind)?.rates ?? [])])),
  };
}

async function play(side: Played, counts: boolean): Promise<void> {
  const beforeUs = side.clock();
  const { opsPerSecond, operations } = await load(side.callers);
  if (!counts) return;
  side.rates.push(opsPerSecond);
  side.operations += operations;
  side.cpuUs += side.clock() - beforeUs;
}

/** Each caller asks again when it has its answer. */
function load(callers: readonly RestCaller[]): ReturnType<typeof runLoad> {
  const free = [...callers];
  const call = async () => {
    const caller = free.pop() ?? assert.fail('more calls than callers');
    await caller.call();
    free.push(caller);
  };
  return runLoad(call, callers.length, roundMs);
}
