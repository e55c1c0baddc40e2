import { expect, test } from 'vitest';
import { activities } from './activities.ts';
import { type Sample, sampleLine, titleLine } from './sample.ts';
import { soak } from './soak.ts';
import { judge } from './verdict.ts';

const isLinux = process.platform === 'linux';

/** On a machine that does much else, the warm-up alone may take most of a minute. */
const timeout = 240_000;

test.runIf(isLinux)('a few seconds of the mixed load: nothing is left of it', { timeout }, async () => {
  const heard: Sample[] = [];
  const onSample = (sample: Sample) => heard.push(sample);
  const { samples, done, findings } = await soak({ durationMs: 5000, intervalMs: 800, warmUpMs: 2000, onSample });
  expect(samples.length).toBeGreaterThanOrEqual(5);
  expect(heard).toEqual(samples);
  for (const { residentBytes, descriptors, threads, p50Ms, p99Ms } of samples) {
    expect(residentBytes).toBeGreaterThan(2 ** 20);
    expect(Math.min(descriptors.length, threads, p50Ms)).toBeGreaterThan(0);
    expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
  }
  // The warm-up has waited for each of them.
  expect(activities.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(done)));
  expect(Object.keys(done)).not.toEqual([]);
  expect(findings).toHaveLength(4);
  // Seconds tell nothing of a trend, but what clients held is given back at once.
  expect(findings.filter(({ text, isHeld }) => text.startsWith('descriptors') && !isHeld)).toEqual([]);
});

const mebi = 2 ** 20;
const figures = { residentBytes: 100 * mebi, descriptors: ['socket:[1]', '/state/keystore'], threads: 12 };
const rest = { ...figures, memory: { heapBytes: 20 * mebi, nativeBytes: 40 * mebi } };
const steady: Sample = { ...figures, atMs: 0, operations: 1000, p50Ms: 2, p99Ms: 9 };
const samplesOf = (change: (minute: number) => Partial<Sample>) =>
  Array.from({ length: 60 }, (_, index) => ({ ...steady, atMs: index * 10_000, ...change(index / 6) }));
const held = (samples: readonly Sample[], after = rest) =>
  judge(samples, { before: rest, after }).map(({ isHeld }) => isHeld);

test('what stays as it is holds, and each kind of growth is found', () => {
  expect(held(samplesOf(() => ({})))).toEqual([true, true, true, true]);
  const steadySamples = samplesOf(() => ({}));
  const withMemory = (change: object) => held(steadySamples, { ...rest, memory: { ...rest.memory, ...change } })[0];
  expect(withMemory({ heapBytes: 30 * mebi })).toBe(true);
  expect(withMemory({ heapBytes: 41 * mebi })).toBe(false);
  expect(withMemory({ nativeBytes: 61 * mebi })).toBe(false);
  expect(held(samplesOf((minute) => ({ p50Ms: 2 + 0.5 * minute })))[1]).toBe(false);
  expect(held(steadySamples, { ...rest, descriptors: [...rest.descriptors, 'socket:[2]'] })[2]).toBe(false);
  expect(held(steadySamples, { ...rest, threads: 13 })[3]).toBe(false);
});

test('a line of figures has the width of its titles', () => {
  expect(sampleLine(steady)).toHaveLength(titleLine.length);
});
