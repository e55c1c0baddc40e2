import { setTimeout } from 'node:timers/promises';
import { connect } from '@ferrohsm/sdk/node';
import { activities } from './activities.ts';
import type { Done } from './load.ts';
import { LoadProcess } from './load-process.ts';
import { type ProcessFigures, processFigures } from './process-figures.ts';
import { callLatencies, type Sample, sampleOf } from './sample.ts';
import { type SoakedSidecar, startSoakedSidecar } from './soaked-sidecar.ts';
import { type Finding, judge } from './verdict.ts';

export interface SoakOptions {
  readonly durationMs: number;
  /** Of one sample. */
  readonly intervalMs: number;
  /** Load before the first look: threads start, caches fill. */
  readonly warmUpMs: number;
  /** Hears of each sample as it is taken. */
  readonly onSample: (sample: Sample) => void;
}

export interface SoakReport {
  readonly samples: readonly Sample[];
  readonly done: Done;
  readonly findings: readonly Finding[];
}

/** Longest time until the sidecar has let go of what its clients held. */
const settleMs = 10_000;
const pollMs = 50;
const manyAtOnce = { algorithm: 'ML-DSA-65', count: 32 };
/** Times that each activity is done in the warm-up, at least. */
const warmUpTimes = 3;

/**
 * A sidecar under a mixed load, watched from outside.
 *
 * @throws Error when a client failed, or the sidecar ended
 */
export async function soak({ durationMs, intervalMs, warmUpMs, onSample }: SoakOptions): Promise<SoakReport> {
  await using sidecar = await startSoakedSidecar();
  const { pid, socket } = sidecar.process;
  await warmUp(sidecar, warmUpMs);
  const before = { ...(await settled(pid, Number.POSITIVE_INFINITY)), memory: await sidecar.memory() };

  const load = new LoadProcess(sidecar);
  const samples = await watch({ pid, socket, load, durationMs, intervalMs, onSample }).finally(() => load.leave());
  const after = { ...(await settled(pid, before.descriptors.length)), memory: await sidecar.memory() };
  return { samples, done: load.done, findings: judge(samples, { before, after }) };
}

/** Not over before everything was done and every thread of the sidecar runs. */
async function warmUp(sidecar: SoakedSidecar, durationMs: number): Promise<void> {
  await startThreads(sidecar.process.socket);
  const load = new LoadProcess(sidecar);
  await setTimeout(durationMs);
  await until(load, () => activities.every(({ name }) => (load.done[name] ?? 0) >= warmUpTimes));
  await load.leave();
}

/** @throws Error when the load ends before */
async function until(load: LoadProcess, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    load.requireRunning();
    await setTimeout(pollMs);
  }
}

/** A worker thread starts when all others have something to do, and keeps descriptors of its own. */
async function startThreads(socket: string): Promise<void> {
  await using hsm = await connect({ socket });
  const pair = await hsm.subtle.generateKey(manyAtOnce.algorithm, false, ['sign', 'verify']);
  const { privateKey } = pair as CryptoKeyPair;
  const sign = () => hsm.subtle.sign(manyAtOnce.algorithm, privateKey, new Uint8Array(32));
  await Promise.all(Array.from({ length: manyAtOnce.count }, sign));
}

interface Watch extends Omit<SoakOptions, 'warmUpMs'> {
  readonly pid: number;
  readonly socket: string;
  readonly load: LoadProcess;
}

async function watch({ pid, socket, load, durationMs, intervalMs, onSample }: Watch): Promise<Sample[]> {
  await using hsm = await connect({ socket });
  await until(load, () => Object.keys(load.done).length > 0);
  const samples: Sample[] = [];
  const startedMs = performance.now();
  let before = 0;
  while (performance.now() - startedMs < durationMs) {
    const latenciesMs = await callLatencies(hsm, intervalMs);
    load.requireRunning();
    const operations = Object.values(load.done).reduce((sum, times) => sum + times, 0);
    const sample = sampleOf(pid, latenciesMs, { atMs: performance.now() - startedMs, operations: operations - before });
    before = operations;
    samples.push(sample);
    onSample(sample);
  }
  return samples;
}

/** The figures once no more than so many descriptors are left and nothing changes, or after the longest time. */
async function settled(pid: number, most: number): Promise<ProcessFigures> {
  const endMs = performance.now() + settleMs;
  let last = processFigures(pid);
  for (;;) {
    await setTimeout(pollMs);
    const figures = processFigures(pid);
    const isSettled = figures.descriptors.length <= most && figures.descriptors.length === last.descriptors.length;
    if (isSettled || performance.now() > endMs) return figures;
    last = figures;
  }
}
