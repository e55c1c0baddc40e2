import { randomBytes } from 'node:crypto';
import { connect } from '@ferrohsm/sdk/node';
import { expect, test } from 'vitest';
import { durable, startServer, withoutLog, withSlowSync } from './sidecar-server.ts';

// What the sidecars of the benchmark do that others do not.

const timeoutMs = 120_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;

async function clientOf(variant: Parameters<typeof startServer>[0]) {
  const server = await startServer(variant);
  const hsm = await connect({ socket: server.socket });
  const { privateKey } = await hsm.keys.create({ name: 'bench/a', algorithm, usages: ['sign', 'verify'] });
  return {
    hsm,
    sign: () => hsm.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey as CryptoKey, randomBytes(32)),
    logSize: async () => (await hsm.system.status()).log?.size,
    async [Symbol.asyncDispose]() {
      await hsm.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('no operation leaves no record, a signature leaves one', { timeout: timeoutMs }, async () => {
  await using client = await clientOf(durable);
  const before = (await client.logSize()) ?? Number.NaN;
  for (let call = 0; call < 10; call += 1) await client.hsm.session.whoami();
  expect(await client.logSize()).toBe(before);
  await client.sign();
  expect(await client.logSize()).toBe(before + 1);
});

test('without its log a sidecar writes nothing of a signature', { timeout: timeoutMs }, async () => {
  await using client = await clientOf(withoutLog);
  const before = await client.logSize();
  await client.sign();
  expect(await client.logSize()).toBe(before);
});

test('a signature waits for the slow sync, alone and among others', { timeout: timeoutMs }, async () => {
  const delayMs = 200;
  await using client = await clientOf(withSlowSync(delayMs));
  for (const together of [1, 8]) {
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: together }, client.sign));
    // A timer may be a millisecond early.
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(delayMs - 1);
  }
});
