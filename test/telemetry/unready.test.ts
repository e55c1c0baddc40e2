import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LiveSidecar } from '../end-to-end/live-sidecar.ts';
import { WitnessProcess } from '../end-to-end/witness-process.ts';
import { fillFolder } from '../faults/filled-disk.ts';
import { canMount } from '../faults/needed-tools.ts';
import { metrics, readiness } from './probes.ts';

const isAllowed = canMount();

const words: string[] = [];
let sidecar: LiveSidecar;
let place: string;
beforeEach(() => {
  words.length = 0;
  sidecar = new LiveSidecar(words);
  place = join(sidecar.folders.root, 'metrics.sock');
  words.push('--metrics-socket', place);
});

describe('a disk that is full', () => {
  test.skipIf(!isAllowed)(
    'is told before the log has to stop the sidecar, and space makes it ready again',
    async () => {
      const { state } = sidecar.folders;
      mkdirSync(state, { mode: 0o700 });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m,mode=0700', 'tmpfs', state]);
      try {
        await sidecar.start();
        expect(await readiness(place)).toMatchObject({ status: 200 });
        const filler = fillFolder(state);
        const full = { status: 503, ready: false, unsealed: true, keystore: false, log: true, reasons: ['disk_full'] };
        expect(await readiness(place)).toEqual(full);
        const page = await metrics(place);
        expect([page.value('ferrohsm_ready'), page.value('ferrohsm_state_free_bytes')]).toEqual([0, 0]);
        rmSync(filler);
        expect(await readiness(place)).toMatchObject({ status: 200, reasons: [] });
      } finally {
        await sidecar.stop();
        execFileSync('umount', [state]);
        await sidecar.discard();
      }
    },
  );
});

describe('witnesses', () => {
  let witness: WitnessProcess | undefined;
  afterEach(async () => {
    await sidecar.discard();
    await witness?.discard();
  });

  async function restart(...more: readonly string[]): Promise<void> {
    await sidecar.stop();
    words.splice(2, Number.POSITIVE_INFINITY, ...more);
    await sidecar.start();
  }

  test('that are missing are told, and in the way only where they are required', async () => {
    await sidecar.start();
    expect(await readiness(place)).not.toHaveProperty('witnesses');
    const hsm = await sidecar.connect();
    const { keys } = hsm.hello.log;
    await hsm.close();
    witness = new WitnessProcess(keys);
    await witness.start();
    const policyFile = join(sidecar.folders.config, 'witnesses.policy');
    const writePolicy = ({ vkeys, url }: WitnessProcess) => {
      const lines = [...keys.map((key) => `log ${key}`), `witness only ${vkeys[0]} ${url}`, 'quorum only', ''];
      writeFileSync(policyFile, lines.join('\n'));
    };
    writePolicy(witness);
    await witness.stop();

    await restart('--witness-policy', policyFile, '--require-witnesses');
    const missing = { ready: false, keystore: true, log: true, witnesses: false, reasons: ['witness_missing'] };
    expect(await readiness(place)).toMatchObject({ status: 503, ...missing });
    await expect.poll(async () => (await metrics(place)).value('ferrohsm_witnesses_failing')).toBe(1);
    expect((await metrics(place)).value('ferrohsm_witness_quorum')).toBe(0);

    await restart('--witness-policy', policyFile);
    expect(await readiness(place)).toMatchObject({ status: 200, ...missing, ready: true });

    await witness.start();
    writePolicy(witness);
    await restart('--witness-policy', policyFile, '--require-witnesses');
    await expect.poll(() => readiness(place), { timeout: 20_000 }).toMatchObject({ status: 200, witnesses: true });
    const page = await metrics(place);
    expect(page.value('ferrohsm_witness_quorum')).toBe(1);
    expect(page.value('ferrohsm_witness_cosigned_records')).toBeGreaterThan(0);
    expect(page.value('ferrohsm_witnesses_failing')).toBe(0);
  });
});
