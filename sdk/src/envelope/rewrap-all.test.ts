import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { FerroHsmError } from '../errors.ts';
import { type KeptDataKey, type RewrapProgress, type Rewrapped, rewrapAll } from './rewrap-all.ts';

/** A wrapped data key of that version; the rest stands for what only the sidecar reads. */
function wrappedUnder(version: number, mark = 0): Uint8Array {
  const bytes = new Uint8Array(90).fill(mark);
  bytes.set([0x46, 0x48, 0x44, 0x4b, 1, 1]);
  new DataView(bytes.buffer).setUint32(6, version);
  return bytes;
}

/** Named keys at versions that a test sets; answers come in any order. */
class Versions {
  readonly newest: Record<string, number>;
  calls = 0;
  underWay = 0;
  mostUnderWay = 0;
  refuse: (name: string, wrapped: Uint8Array) => FerroHsmError | undefined = () => undefined;

  constructor(newest: Record<string, number>) {
    this.newest = newest;
  }

  async rewrap(name: string, wrapped: Uint8Array) {
    this.calls += 1;
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    await pause(Math.random() * 3);
    this.underWay -= 1;
    const refusal = this.refuse(name, wrapped);
    if (refusal !== undefined) throw refusal;
    const version = this.newest[name] ?? 0;
    return { wrapped: wrappedUnder(version, wrapped[20]), version };
  }
}

interface Kept extends KeptDataKey {
  readonly id: number;
}

function kept(count: number, versionOf: (id: number) => number = () => 1): Kept[] {
  return Array.from({ length: count }, (_, id) => ({ id, name: 'a', wrapped: wrappedUnder(versionOf(id), id % 256) }));
}

async function all(results: AsyncIterable<Rewrapped<Kept>>): Promise<Rewrapped<Kept>[]> {
  const gathered: Rewrapped<Kept>[] = [];
  for await (const result of results) gathered.push(result);
  return gathered;
}

describe('rewrapping all', () => {
  test('brings each to the newest version, in order, and never has more under way than told', async () => {
    const keys = new Versions({ a: 3 });
    const results = await all(rewrapAll(keys, kept(300), { inFlight: 7 }));
    expect(results.map((result) => result.kept.id)).toEqual(kept(300).map(({ id }) => id));
    for (const result of results) {
      expect(result).toMatchObject({ outcome: 'rewrapped', version: 3 });
      expect(result).toHaveProperty('wrapped', wrappedUnder(3, result.kept.id % 256));
    }
    expect(keys.mostUnderWay).toBe(7);
    expect(keys.calls).toBe(300);
  });

  test('asks for nothing that is there already, once it knows the newest version', async () => {
    const keys = new Versions({ a: 2 });
    const results = await all(
      rewrapAll(
        keys,
        kept(500, (id) => (id % 10 === 9 ? 1 : 2)),
        { inFlight: 5 },
      ),
    );
    expect(results.filter(({ outcome }) => outcome === 'rewrapped')).toHaveLength(50);
    expect(results.filter(({ outcome }) => outcome === 'current')).toHaveLength(450);
    expect(keys.calls).toBeLessThanOrEqual(55);
    const [first] = results;
    expect(first).toHaveProperty('wrapped', first?.kept.wrapped);
  });

  test('goes on after what fails by itself, and tells how far it is', async () => {
    const keys = new Versions({ a: 2 });
    keys.refuse = (_, wrapped) => (wrapped[20] === 4 ? new FerroHsmError('operation_failed') : undefined);
    const told: RewrapProgress[] = [];
    const results = await all(rewrapAll(keys, kept(10), { onProgress: (progress) => told.push(progress) }));
    expect(results[4]).toMatchObject({ outcome: 'failed', error: { code: 'operation_failed' } });
    expect(told).toHaveLength(10);
    expect(told.at(-1)).toEqual({ rewrapped: 9, current: 0, failed: 1 });
  });

  test('ends with what fails for all of them', async () => {
    const keys = new Versions({ a: 2 });
    keys.refuse = (_, wrapped) => (wrapped[20] === 50 ? new FerroHsmError('connection_lost') : undefined);
    const given: number[] = [];
    const work = async () => {
      for await (const result of rewrapAll(keys, kept(200), { inFlight: 4 })) given.push(result.kept.id);
    };
    await expect(work()).rejects.toMatchObject({ code: 'connection_lost' });
    expect(given).toEqual(kept(50).map(({ id }) => id));
  });

  test('waits as long as a limit of use asks for', async () => {
    const keys = new Versions({ a: 2 });
    let refusals = 3;
    keys.refuse = () =>
      refusals-- > 0 ? new FerroHsmError('rate_limited', 'a', { facts: { retryAfterMs: 20 } }) : undefined;
    const started = performance.now();
    const results = await all(rewrapAll(keys, kept(5)));
    expect(results.every(({ outcome }) => outcome === 'rewrapped')).toBe(true);
    expect(performance.now() - started).toBeGreaterThan(18);
    expect(keys.calls).toBe(8);
  });

  test('is cancelled by its signal, and what was given out stays', async () => {
    const cancel = new AbortController();
    const given: number[] = [];
    const work = async () => {
      for await (const result of rewrapAll(new Versions({ a: 2 }), kept(200), { inFlight: 4, signal: cancel.signal })) {
        given.push(result.kept.id);
        if (given.length === 20) cancel.abort(new Error('enough'));
      }
    };
    await expect(work()).rejects.toThrow('enough');
    expect(given).toHaveLength(20);
  });

  test('reads no further ahead than it may have under way', async () => {
    let read = 0;
    async function* rows() {
      for (const row of kept(100)) {
        read += 1;
        yield row;
      }
    }
    let given = 0;
    for await (const { outcome } of rewrapAll(new Versions({ a: 2 }), rows(), { inFlight: 6 })) {
      given += 1;
      expect(outcome).toBe('rewrapped');
      expect(read - given).toBeLessThan(6);
    }
    expect(given).toBe(100);
  });

  test('refuses a number that is none', async () => {
    await expect(all(rewrapAll(new Versions({}), [], { inFlight: 0 }))).rejects.toThrow(RangeError);
  });
});
