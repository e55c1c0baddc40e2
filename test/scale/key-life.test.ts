import { expect, test } from 'vitest';
import { runLives } from '../../sidecar/src/keys/test-key-life.ts';
import { inMemory, keyWorld } from '../../sidecar/src/keys/test-key-world.ts';

const sequences = Number(process.env.FERROHSM_LIVES ?? 10_000);

test(`${sequences} sequences of what happens to keys end as an independent account of it says`, {
  timeout: 3_600_000,
}, async () => {
  const it = await keyWorld(0, inMemory);
  await runLives({ keystore: it.keystore, setTime: it.setTime, tend: it.tend }, sequences);
  expect(it.errors).toEqual([]);
});
