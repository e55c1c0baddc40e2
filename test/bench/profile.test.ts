import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { costOf, totalOf } from './audit-threads.ts';
import { type CallFrame, type CpuProfile, pathOf, stackTimes } from './cpu-profile.ts';
import { costsOf, type OperationCosts, type Window } from './profile-costs.ts';
import { type ProfileReport, profileMarkdown, profileText } from './profile-report.ts';
import { stageOf, stageOfFile, stages } from './profile-stages.ts';
import { profileWindows } from './profile-windows.ts';

// What a profile says, and that its parts add up: no time is judged here.

const timeoutMs = 180_000;
const root = new URL('../../', import.meta.url).href;
const frame = (functionName: string, path = ''): CallFrame => ({
  functionName,
  url: path === '' || path.startsWith('node:') ? path : `${root}${path}`,
  lineNumber: 6,
});

const native = frame('hash');
const sign = frame('sign', 'sidecar/src/crypto/operations/elliptic-signature.ts');
const seal = frame('mac', 'sidecar/src/crypto/sealing.ts');
const digests = frame('ofBytes', 'sidecar/src/digests.ts');
const journal = frame('writeSync', 'sidecar/src/audit/files.ts');
const socket = frame('onStreamRead', 'node:internal/stream_base_commons');
const pipeline = frame('', 'sidecar/src/request/pipeline.ts');

test.each([
  ['the nearest function of the sidecar', [native, sign, pipeline], 'crypto'],
  ['who called shared code', [native, seal, digests, pipeline], 'audit: digest'],
  ['a package for who called it', [frame('isAuthorized', 'node_modules/cedar/cedar.js'), pipeline], 'dispatch'],
  ['the socket itself', [frame('read'), socket], 'transport'],
  ['what the socket delivered', [native, frame('push', 'sidecar/src/transport/frame-reader.ts'), socket], 'parse'],
  ['the garbage collector, whoever made it run', [frame('(garbage collector)'), sign], 'garbage collection'],
  ['no wait for the disk', [frame('writeBuffer'), journal, pipeline], undefined],
  [
    'no commit to the disk',
    [frame('#transact', 'sidecar/src/keystore/storage/sqlite-storage.ts'), pipeline],
    undefined,
  ],
  ['no idleness', [frame('(idle)'), frame('(root)')], undefined],
  ['nobody', [frame('processTimers', 'node:internal/timers')], undefined],
])('a stage has %s', (_what, stack, stage) => {
  expect(stageOf(stack)).toBe(stage);
});

test('every folder of the sidecar has a stage', () => {
  const entries = readdirSync(new URL('sidecar/src', root), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(folders).toContain('request');
  expect(folders.filter((name) => stageOfFile(frame('', `sidecar/src/${name}/any.ts`)) === undefined)).toEqual([]);
  expect(stageOfFile(frame('', 'sidecar/src/unknown/any.ts'))).toBeUndefined();
});

/** Root, pipeline below it, and below that a signature and a wait for the disk. */
const written: CpuProfile = {
  startTime: 1000,
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5] },
    { id: 2, callFrame: pipeline, children: [3, 4] },
    { id: 3, callFrame: sign },
    { id: 4, callFrame: journal, children: [6] },
    { id: 5, callFrame: frame('(idle)') },
    { id: 6, callFrame: frame('writeBuffer') },
  ],
  samples: [3, 2, 3, 6, 5, 3],
  timeDeltas: [500, 100, 300, 400, 200, 700],
};

const usage = (atUs: number, requestUs: number, waitedUs: number) => ({
  atUs,
  waitedUs,
  threads: costOf((part) => (part === 'request' ? requestUs : 0)),
});
const round = { operations: 10, opsPerSecond: 1, p50Us: 1, p99Us: 1, p999Us: 1, clientCpuUsPerOp: 3 };

function costsWith(requestUs: number, waitedUs: number): OperationCosts {
  // The first sample ends at the beginning, the last one behind the end.
  const [before, after] = [usage(1501, 0, 0), usage(2501, requestUs, waitedUs)];
  return costsOf(written, { concurrency: 1, before, after, round: { ...round, serverCpuUsPerOp: 0 } });
}

test('costs are those of the window, without idleness and waits', () => {
  const { stages: costs, nodeUs, clientUs, costliest } = costsWith(600, 0);
  expect(costs).toMatchObject({ crypto: 30, dispatch: 10, 'audit: journal': 0 });
  expect([nodeUs, clientUs]).toEqual([20, 3]);
  expect(costliest.crypto).toEqual({ place: 'sign operations/elliptic-signature.ts:7', us: 30 });
});

test('time without a core is taken off, and no thread costs less than its stages', () => {
  expect(costsWith(600, 250).stages).toMatchObject({ crypto: 22.5, dispatch: 7.5 });
  expect(costsWith(200, 0)).toMatchObject({ stages: { crypto: 15, dispatch: 5 }, nodeUs: 0 });
});

test.skipIf(process.platform !== 'linux')(
  'a real profile has what a request passes, and the costs add up to those of the process',
  { timeout: timeoutMs },
  async () => {
    const { profile, windows } = await profileWindows({ operation: 'p256', concurrencies: [1, 8], durationMs: 800 });
    const files = windows.flatMap((window) => filesIn(profile, window));
    // What each of these requests must pass.
    const passed = ['transport', 'request', 'crypto', 'audit'];
    expect(files.map((file) => file.split('/')[2])).toEqual(expect.arrayContaining(passed));

    const costs = windows.map((window) => costsOf(profile, window));
    for (const [i, { stages: costOfStage, nodeUs, threads, operations }] of costs.entries()) {
      const sum = stages.reduce((total, stage) => total + costOfStage[stage], nodeUs);
      expect(sum).toBeCloseTo(threads.request, 3);
      expect(costOfStage.crypto).toBeGreaterThan(0);
      expect(nodeUs).toBeGreaterThanOrEqual(-0.001);
      // The kernel counts the process in ticks, and apart from its threads.
      const processUs = (windows[i]?.round.serverCpuUsPerOp ?? 0) * operations;
      expect(Math.abs(totalOf(threads) * operations - processUs)).toBeLessThan(0.1 * processUs + 40_000);
    }

    const report = reportOf(costs);
    expect(profileText(report)).toMatch(/^crypto +\d+\.\d +\d+\.\d$/m);
    expect(profileMarkdown(report).match(/^- (1|8) in flight: .* us, \d+ %/gm)).toHaveLength(6);
  },
);

function filesIn(profile: CpuProfile, { before, after }: Window): string[] {
  const times = stackTimes(profile, { fromUs: before.atUs, toUs: after.atUs });
  const paths = new Set(times.flatMap(({ stack }) => stack.map(pathOf)));
  return [...paths].filter((path) => path.startsWith('sidecar/src/'));
}

function reportOf(costs: readonly OperationCosts[]): ProfileReport {
  const machine = { cpu: 'A', cores: 2, memoryBytes: 1, system: 'Linux', loadAverage: 0, fdatasyncUs: 1 };
  return { machine, versions: { Node: '1' }, operation: 'p256', durationMs: 800, costs };
}
