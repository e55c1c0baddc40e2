import { describe, expect, test } from 'vitest';
import { runLives } from '../../sidecar/src/keys/test-key-life.ts';
import { inMemory, keyWorld } from '../../sidecar/src/keys/test-key-world.ts';
import { runSize } from '../faults/run-size.ts';

const sequences = runSize('FERROHSM_LIVES', 10_000);

/** Every destruction wraps all keys of its world anew, so that a world of many sequences becomes slow: from 100 on. */
const sequencesOfWorld = 50;

const worlds = Array.from({ length: Math.ceil(sequences / sequencesOfWorld) }, (_, world) => ({
  first: world * sequencesOfWorld + 1,
  last: Math.min(sequences, (world + 1) * sequencesOfWorld),
}));

describe(`${sequences} sequences of what happens to keys end as an independent account of it says`, () => {
  test.each(worlds)('$first to $last', async ({ first, last }) => {
    const it = await keyWorld(0, inMemory);
    await runLives({ keystore: it.keystore, setTime: it.setTime, tend: it.tend }, last - first + 1);
    expect(it.errors).toEqual([]);
    report(last);
  });
});

function report(done: number): void {
  if (done % 1000 === 0 || done === sequences) console.log(`${done} of ${sequences} sequences`);
}
