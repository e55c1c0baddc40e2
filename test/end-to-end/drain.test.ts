import { setTimeout as pass } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { LiveSidecar } from './live-sidecar.ts';

let sidecar: LiveSidecar;
afterEach(() => sidecar.discard());

/** A signature takes a second or more, on every machine. */
const slow = 'SLH-DSA-SHAKE-256s';

/** A sidecar with a long call under way. */
async function busySidecar(...words: readonly string[]) {
  sidecar = new LiveSidecar(words);
  await sidecar.start();
  const hsm = await sidecar.connect();
  const { privateKey } = await hsm.subtle.generateKey(slow, false, ['sign', 'verify']);
  const call = hsm.subtle.sign(slow, privateKey, Buffer.from('data')).then(
    (signature) => signature.byteLength,
    (error: unknown) => String(error),
  );
  // What was sent before has been taken in when this is answered.
  await hsm.system.random(8);
  return { hsm, call };
}

test('a call that is under way is answered before the sidecar stops', async () => {
  const { hsm, call } = await busySidecar('--drain', '60');
  expect(await sidecar.stop()).toBe(0);
  expect(await call).toBe(29_792);
  await hsm.close();
});

test('but not longer than it may go on', async () => {
  const { hsm, call } = await busySidecar('--drain', '0');
  expect(await sidecar.stop()).toBe(0);
  expect(await call).toMatch(/connection .*lost|closed/);
  await hsm.close();
});

test('a second signal ends it at once', async () => {
  const { hsm, call } = await busySidecar('--drain', '60');
  process.kill(sidecar.process.pid, 'SIGTERM');
  while (!sidecar.notices().includes('stop signal=SIGTERM')) await pass(5);
  expect(await sidecar.stop()).toBe(75);
  expect(await call).toMatch(/connection .*lost|closed/);
  await hsm.close();
  await sidecar.start();
  await using after = await sidecar.connect();
  expect((await after.system.random(8)).length).toBe(8);
});
