import { setTimeout } from 'node:timers/promises';
import type { KeyAlgorithm } from '@ferrohsm/sdk/node';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { median } from '../bench/statistics.ts';
import { processFigures } from '../soak/process-figures.ts';
import { WireClient, type WireResponse } from '../wire/wire-client.ts';
import { liveSidecar } from './live-sidecar.ts';
import { PipelinedClient } from './pipelined-client.ts';

// Counts of answers in place of times: they tell the same on a slow machine.

const sidecar = liveSidecar();
const clients: PipelinedClient[] = [];
const handles = new Map<string, string>();
const data = Buffer.alloc(32).toString('base64url');

const algorithms: Readonly<Record<string, { readonly key: KeyAlgorithm & { name: string }; readonly sign: object }>> = {
  'P-256': { key: { name: 'ECDSA', namedCurve: 'P-256' }, sign: { name: 'ECDSA', hash: 'SHA-256' } },
  'ML-DSA-87': { key: { name: 'ML-DSA-87' }, sign: { name: 'ML-DSA-87' } },
  'SLH-DSA-SHA2-128s': { key: { name: 'SLH-DSA-SHA2-128s' }, sign: { name: 'SLH-DSA-SHA2-128s' } },
};

beforeAll(async () => {
  await using hsm = await sidecar.connect();
  for (const [name, { key }] of Object.entries(algorithms)) {
    const { id } = await hsm.keys.create({
      name: `overload/${name.toLowerCase()}`,
      algorithm: key,
      usages: ['sign', 'verify'],
    });
    handles.set(name, `${id}/1`);
  }
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

async function client(): Promise<PipelinedClient> {
  const opened = await PipelinedClient.open(sidecar.process.socket);
  clients.push(opened);
  return opened;
}

function several(count: number): Promise<PipelinedClient[]> {
  return Promise.all(Array.from({ length: count }, client));
}

function sign(from: PipelinedClient, name: string): Promise<WireResponse> {
  return from.ask('subtle.sign', { algorithm: algorithms[name]?.sign, key: handles.get(name), data });
}

function burst(from: PipelinedClient, name: string, count: number): Promise<WireResponse>[] {
  return Array.from({ length: count }, () => sign(from, name));
}

/** Keeps so many signatures under way until it is told to stop. */
async function flood(name: string, inFlight: number) {
  const from = await client();
  const state = { answered: 0, isOver: false };
  const caller = async () => {
    while (!state.isOver) {
      await sign(from, name);
      state.answered += 1;
    }
  };
  const callers = Array.from({ length: inFlight }, caller);
  while (state.answered < inFlight) await sign(from, name);
  return {
    state,
    async end() {
      state.isOver = true;
      await Promise.all(callers);
    },
  };
}

function refusals(responses: readonly WireResponse[]) {
  return responses.flatMap(({ error }) => (error === undefined ? [] : [error.data]));
}

describe('beside a connection with a thousand requests in flight', () => {
  test.each(['P-256', 'ML-DSA-87'])('a lone %s signature waits for a few of them', async (name) => {
    const { state, end } = await flood(name, 1000);
    const lone = await client();
    const passed: number[] = [];
    for (let time = 0; time < 9; time += 1) {
      const before = state.answered;
      expect((await sign(lone, name)).error).toBeUndefined();
      passed.push(state.answered - before);
    }
    await end();
    expect(median(passed)).toBeLessThan(250);
  });
});

describe('beyond what it can take', () => {
  /** All is refused in a way that says it may be tried again, and who asks for little is served. */
  async function overload(name: string, connections: number, each: number): Promise<readonly WireResponse[]> {
    const senders = await several(connections);
    const lone = await client();
    const answers = senders.flatMap((sender) => burst(sender, name, each));
    await Promise.race(answers);
    expect((await sign(lone, name)).error).toBeUndefined();
    const responses = await Promise.all(answers);
    const refused = refusals(responses);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(responses.length);
    for (const data of refused) expect(data).toMatchObject({ code: 'quota_exceeded', retryable: true });
    expect(refusals(await Promise.all(burst(lone, name, 100)))).toEqual([]);
    return responses;
  }

  test('requests are refused when too many of a connection are under way', async () => {
    expect(refusals(await overload('P-256', 1, 1500))[0]?.detail).toBe('1024 operations in flight');
  });

  test('requests are refused when too many of all connections wait', async () => {
    expect(refusals(await overload('P-256', 16, 1000))[0]?.detail).toBe('too many operations wait');
  });

  test('work for the threads is refused when seconds of it wait', async () => {
    await overload('ML-DSA-87', 8, 1000);
  });

  test('slow work is refused when much of it waits, and a P-256 signature does not wait for any', async () => {
    const senders = await several(4);
    let slowAnswers = 0;
    const all = senders.flatMap((sender) => burst(sender, 'SLH-DSA-SHA2-128s', 20));
    for (const answer of all) void answer.then(({ error }) => (slowAnswers += error === undefined ? 1 : 0));
    const refused = await Promise.any(
      all.map(async (answer) => (await answer).error?.data ?? Promise.reject(new Error('signed'))),
    );
    expect(refused).toMatchObject({ code: 'quota_exceeded', retryable: true });
    const lone = await client();
    const before = slowAnswers;
    for (let time = 0; time < 20; time += 1) expect((await sign(lone, 'P-256')).error).toBeUndefined();
    expect(slowAnswers - before).toBeLessThanOrEqual(10);
  });
});

describe.runIf(process.platform === 'linux')('a client that does not read', () => {
  const requests = 1100;
  const answerBytes = 65_536;
  /** Spaces make all requests longer than what is held of one connection, however fast they are read and slow the answers. */
  const requestBytes = 81_920;

  function request(id: number): string {
    const params = { length: answerBytes };
    return `${JSON.stringify({ jsonrpc: '2.0', id, method: 'system.random', params }).padEnd(requestBytes)}\n`;
  }

  /** Bytes that the sidecar has not taken from the client, once it takes no more. */
  async function leftUnread({ socket }: WireClient): Promise<number> {
    for (let left = Number.NaN; ; left = socket.writableLength) {
      await setTimeout(500);
      if (socket.writableLength === left) return left;
    }
  }

  test('is not read either when much waits for it, and gets all of it when it reads', {
    timeout: 180_000,
  }, async () => {
    const { pid, socket } = sidecar.process;
    const before = processFigures(pid).residentBytes;
    const silent = await WireClient.greeted(socket);
    silent.socket.pause();
    for (let id = 0; id < requests; id += 1) silent.write(request(id));
    expect(await leftUnread(silent)).toBeGreaterThan(2 ** 20);
    expect(processFigures(pid).residentBytes - before).toBeLessThan(512 * 2 ** 20);
    expect((await sign(await client(), 'P-256')).error).toBeUndefined();
    silent.socket.resume();
    const ids = new Set<unknown>();
    while (ids.size < requests) {
      const { id, error } = await silent.response();
      expect(error).toBeUndefined();
      ids.add(id);
    }
    await silent.close();
  });
});
