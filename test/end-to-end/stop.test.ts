import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pass } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WireClient } from '../wire/wire-client.ts';
import { collect, LiveSidecar, serveWords, verifyFolder } from './live-sidecar.ts';

let sidecar: LiveSidecar;
beforeEach(() => {
  sidecar = new LiveSidecar();
});
afterEach(() => sidecar.discard());

const usages = ['sign', 'verify'] as const;

test('an orderly stop under load ends with 0, a signed log, and all that was acknowledged', async () => {
  await sidecar.start();
  const hsm = await sidecar.connect();
  const { keys } = hsm.hello.log;
  const signing = await hsm.keys.create({ name: 'signing', algorithm: 'Ed25519', usages });
  const acknowledged = ['signing'];
  let answers = 0;
  const busy = Promise.withResolvers<void>();

  async function stream(number: number): Promise<void> {
    for (let turn = 0; ; turn += 1) {
      const name = `stream-${number}/${turn}`;
      if (turn % 5 === 0) {
        await hsm.keys.create({ name, algorithm: 'Ed25519', usages });
        acknowledged.push(name);
      } else {
        await hsm.subtle.sign('Ed25519', signing.privateKey, Buffer.from(name));
      }
      answers += 1;
      if (answers === 100) busy.resolve();
    }
  }

  const streams = Promise.allSettled(Array.from({ length: 6 }, (_, number) => stream(number)));
  await busy.promise;
  expect(await sidecar.stop()).toBe(0);
  await hsm.close();
  for (const end of await streams)
    expect(String((end as PromiseRejectedResult).reason)).toMatch(/connection .*lost|closed/);

  expect(await verifyFolder(sidecar.folders.log, keys)).toMatchObject({ ok: true, problems: [] });
  await sidecar.start();
  await using after = await sidecar.connect();
  const names = (await collect(after.keys.list())).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(acknowledged));
});

test('a peer that asks and never reads keeps the sidecar neither from serving others nor from stopping', async () => {
  await sidecar.start();
  const deaf = await WireClient.greeted(sidecar.process.socket);
  deaf.socket.pause();
  const request = { jsonrpc: '2.0', method: 'system.random', params: { length: 65_536 } };
  for (let id = 0; id < 1000; id += 1) deaf.send({ ...request, id });
  const hsm = await sidecar.connect();
  expect((await hsm.system.random(8)).length).toBe(8);
  await hsm.close();
  expect(await sidecar.stop()).toBe(0);
  await deaf.close();
});

test('a first start that is killed at any time leaves nothing that the next start cannot take up', async () => {
  for (let delayMs = 100; delayMs <= 800; delayMs += 100) {
    const child = spawn(process.execPath, serveWords(sidecar.folders), { stdio: 'ignore' });
    const ended = once(child, 'exit');
    await pass(delayMs);
    child.kill('SIGKILL');
    await ended;
  }
  await sidecar.start();
  await using hsm = await sidecar.connect();
  const { privateKey, publicKey } = await hsm.keys.create({ name: 'a', algorithm: 'Ed25519', usages });
  const signature = await hsm.subtle.sign('Ed25519', privateKey, Buffer.from('data'));
  expect(await hsm.subtle.verify('Ed25519', publicKey, signature, Buffer.from('data'))).toBe(true);
});
