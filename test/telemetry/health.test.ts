import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from '@ferrohsm/sdk/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { command } from '../../tools/throw-away-sidecar.ts';
import { LiveSidecar } from '../end-to-end/live-sidecar.ts';
import { makeShares } from '../end-to-end/shares.ts';
import { metrics, probe, readiness } from './probes.ts';

const words: string[] = [];
let sidecar: LiveSidecar;
let place: string;
beforeEach(() => {
  words.length = 0;
  sidecar = new LiveSidecar(words);
  place = join(sidecar.folders.root, 'metrics.sock');
  words.push('--metrics-socket', place);
});
afterEach(() => sidecar.discard());

const well = { status: 200, ready: true, unsealed: true, keystore: true, log: true, reasons: [] };
const sealed = { status: 503, ready: false, unsealed: false, keystore: false, log: false, reasons: ['sealed'] };

async function statusText(): Promise<string> {
  const asked = promisify(execFile)(process.execPath, [command, 'status', '--socket', sidecar.process.socket]);
  return (await asked).stdout;
}

describe('health', () => {
  test('is told without any privilege, and the status of the command says the same', async () => {
    await sidecar.start();
    expect(await probe(place, '/healthz')).toMatchObject({ status: 200, body: '{"alive":true}\n' });
    expect(await readiness(place)).toEqual(well);
    expect(await statusText()).toMatch(/^ready +yes$/m);
  });

  test('follows sealing and unsealing', async () => {
    words.push('--root-key-shares');
    const shares = makeShares(sidecar.folders);
    await sidecar.start();
    expect(await readiness(place)).toEqual(sealed);
    expect((await probe(place, '/healthz')).status).toBe(200);
    expect(await statusText()).toMatch(/^ready +NO, sealed$/m);
    expect((await metrics(place)).value('ferrohsm_sealed')).toBe(1);

    await using custodian = await connect({ socket: sidecar.process.socket });
    for (const share of shares.slice(0, 3)) await custodian.system.unseal(Buffer.from(share));
    expect(await readiness(place)).toEqual(well);
    const open = await metrics(place);
    expect([open.value('ferrohsm_sealed'), open.value('ferrohsm_ready')]).toEqual([0, 1]);

    const owner = await sidecar.connect();
    await owner.system.seal();
    await expect.poll(() => readiness(place)).toEqual(sealed);
    const again = await metrics(place);
    // What was counted stays; what only an unsealed sidecar knows is gone.
    expect(again.value('ferrohsm_requests_total', { method: 'system.seal', code: 'ok' })).toBe(1);
    expect(again.value('ferrohsm_audit_records_total')).toBeUndefined();
    await owner.close().catch(() => undefined);
  });

  test('says that it stops while what is under way comes to its end', async () => {
    await sidecar.start();
    await using hsm = await sidecar.connect();
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 4096, hash: 'SHA-256' };
    const made = hsm.subtle.generateKey(algorithm, false, ['sign', 'verify']).catch(() => undefined);
    const seen: object[] = [];
    const stopped = sidecar.stop();
    for (let isOver = false; !isOver; ) {
      const state = await readiness(place).catch(() => undefined);
      if (state === undefined) isOver = true;
      else seen.push(state);
    }
    expect(await stopped).toBe(0);
    await made;
    expect(seen).toContainEqual(expect.objectContaining({ status: 503, ready: false, reasons: ['stopping'] }));
  });
});

test.each(['0.0.0.0:0', '192.0.2.1:9100', 'localhost'])('metrics are not told at %s', async (address) => {
  words.push('--metrics', address);
  await expect(sidecar.start()).rejects.toThrow(/not a loopback address|not an IP address/);
});
