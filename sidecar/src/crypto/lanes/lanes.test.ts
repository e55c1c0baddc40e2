import { execFile } from 'node:child_process';
import { createSecretKey, generateKeyPairSync, type KeyObject, randomBytes, verify, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { afterEach, describe, expect, test } from 'vitest';
import type { Algorithm, KeyAlgorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import type { Job, Lane } from './job.ts';
import { createLanes, laneOf } from './lanes.ts';
import { workerEntry } from './worker-entry.ts';
import { createWorkerLane } from './worker-lane.ts';

const message = randomBytes(64);
const ecdsa = { name: 'ECDSA', hash: 'SHA-256' };
const pairs = {
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  mlDsa65: generateKeyPairSync('ml-dsa-65'),
  slhDsa: generateKeyPairSync('slh-dsa-sha2-192f'),
};

function key(algorithm: KeyAlgorithm, part: KeyObject): LoadedKey {
  return { type: part.type, algorithm, extractable: false, usages: [], parts: [part] };
}

function signing(algorithm: Algorithm, part: KeyObject, data: Uint8Array = message): Job<'sign'> {
  return { operation: 'sign', algorithm, key: key({ name: algorithm.name }, part), data };
}

const p256Job = signing(ecdsa, pairs.p256.privateKey);
const p256Signing: Job<'sign'> = {
  ...p256Job,
  key: { ...p256Job.key, algorithm: { name: 'ECDSA', namedCurve: 'P-256' } },
};
const mlDsaSigning = signing({ name: 'ML-DSA-65' }, pairs.mlDsa65.privateKey);
const slhDsaSigning = signing({ name: 'SLH-DSA-SHA2-192f' }, pairs.slhDsa.privateKey);

const turnOfLoop = promisify(setImmediate);

const open: Lane[] = [];
afterEach(() => Promise.all(open.splice(0).map((lane) => lane.close())));

function opened(lane: Lane): Lane {
  open.push(lane);
  return lane;
}

/** Every job counts as one; four are a message, and a thread has two. */
function batchLane(threads: number, entry = workerEntry(), capacity = 1000): Lane {
  const limits = { threads, perThread: 8, jobsPerThread: 8, capacity };
  return createWorkerLane({ ...limits, costOf: () => 1, refusal: 'too much to do' }, entry);
}

/** One job at a time. */
function slowLane(capacity: number, entry = workerEntry()): Lane {
  const limits = { threads: 1, perThread: 1, jobsPerThread: 1, capacity };
  return createWorkerLane({ ...limits, costOf: () => 1, refusal: 'too many wait' }, entry);
}

/** The worker's program, with one more job that ends the thread. */
const mortalWorker = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import '${workerEntry().href}';
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (batch) => batch.some(({ job }) => job.algorithm.name === 'exit') && process.exit(3));
  `)}`,
);
const dying = signing({ name: 'exit' }, pairs.p256.privateKey);

describe('the choice of a lane', () => {
  const aesKey = key({ name: 'AES-GCM', length: 256 }, createSecretKey(randomBytes(32)));
  const encryption = (size: number): Job<'encrypt'> => {
    return { operation: 'encrypt', algorithm: { name: 'AES-GCM', iv: message }, key: aesKey, data: Buffer.alloc(size) };
  };
  const pbkdf2 = (iterations: number): Job<'derive'> => {
    const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: message, iterations };
    return {
      operation: 'derive',
      algorithm,
      key: key({ name: 'PBKDF2' }, createSecretKey(message)),
      length: 256,
      peer: undefined,
    };
  };
  const argon2 = (memory: number, passes: number): Job<'derive'> => {
    return { ...pbkdf2(1), algorithm: { name: 'Argon2id', nonce: message, memory, passes, parallelism: 1 } };
  };
  const rsa = (modulusLength: number): Job<'sign'> => {
    const job = signing({ name: 'RSA-PSS', saltLength: 32 }, pairs.p256.privateKey);
    return { ...job, key: { ...job.key, algorithm: { name: 'RSA-PSS', modulusLength } } };
  };
  const generation = (algorithm: Algorithm): Job<'generate'> => {
    return { operation: 'generate', algorithm, attributes: { extractable: false, usages: [] } };
  };

  test.each([
    ['P-256 signature', p256Signing, 'inline'],
    ['1 KiB AES-GCM', encryption(1024), 'inline'],
    ['1 MiB AES-GCM', encryption(2 ** 20), 'batch'],
    ['PBKDF2, 1 iteration', pbkdf2(1), 'inline'],
    ['PBKDF2, 1000 iterations', pbkdf2(1000), 'batch'],
    ['PBKDF2, a million iterations', pbkdf2(1_000_000), 'slow'],
    ['Argon2, 8 KiB', argon2(8, 1), 'inline'],
    ['Argon2, 1 MiB', argon2(1024, 1), 'batch'],
    ['Argon2, 1 MiB three times', argon2(1024, 3), 'slow'],
    ['Argon2, 64 MiB', argon2(65_536, 1), 'slow'],
    ['ML-DSA-65 signature', mlDsaSigning, 'batch'],
    ['RSA-2048 signature', rsa(2048), 'batch'],
    ['RSA-16384 signature', rsa(16_384), 'slow'],
    ['SLH-DSA signature', slhDsaSigning, 'slow'],
    ['RSA generation', generation({ name: 'RSA-PSS', modulusLength: 2048 }), 'slow'],
    ['generation of a composite with RSA', generation({ name: 'MLDSA44-RSA2048-PSS-SHA256' }), 'slow'],
    ['generation of a composite with P-256', generation({ name: 'MLDSA44-ECDSA-P256-SHA256' }), 'batch'],
    ['P-256 generation', generation({ name: 'ECDSA', namedCurve: 'P-256' }), 'inline'],
  ] as const)('%s', (_title, job, lane) => expect(laneOf(job)).toBe(lane));
});

describe('results', () => {
  test('of the batch lane are those of the algorithm, in the order of the jobs', async () => {
    const lane = opened(createLanes({ workers: 2, slowQueue: 1 }));
    const messages = Array.from({ length: 9 }, (_, index) => Buffer.from(`message ${index}`));
    const signatures = await Promise.all(messages.map((data) => lane.run({ ...mlDsaSigning, data })));
    const publicKey = pairs.mlDsa65.publicKey.export({ format: 'raw-public' });
    for (const [index, signature] of signatures.entries()) {
      expect(ml_dsa65.verify(signature, messages[index] as Buffer, publicKey)).toBe(true);
    }
  });

  test('of PBKDF2 in a worker equal those of native subtle', async () => {
    const lane = opened(createLanes({ workers: 1, slowQueue: 1 }));
    const algorithm = { name: 'PBKDF2', hash: 'SHA-512', salt: randomBytes(16), iterations: 2000 };
    const password = randomBytes(20);
    const base = await webcrypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
    const expected = Buffer.from(await webcrypto.subtle.deriveBits(algorithm, base, 512));
    const secret = key({ name: 'PBKDF2' }, createSecretKey(password));
    const bits = await lane.run({ operation: 'derive', algorithm, key: secret, length: 512, peer: undefined });
    expect(Buffer.from(bits)).toEqual(expected);
  });

  test('of the slow lane verify', async () => {
    const lane = opened(createLanes({ workers: 1, slowQueue: 1 }));
    const signature = await lane.run(slhDsaSigning);
    expect(verify(null, message, pairs.slhDsa.publicKey, signature)).toBe(true);
  });

  test('that are refusals keep code and detail', async () => {
    const lane = opened(batchLane(1));
    const tooLong = signing({ name: 'ML-DSA-65', context: Buffer.alloc(256) }, pairs.mlDsa65.privateKey);
    const refusal = { code: 'operation_failed', detail: 'a context of 256 bytes' };
    await expect(lane.run(tooLong)).rejects.toMatchObject(refusal);
    const unknown = signing({ name: 'toString' }, pairs.p256.privateKey);
    await expect(lane.run(unknown)).rejects.toMatchObject({ code: 'not_supported' });
  });

  test('leave the memory of the caller alone', async () => {
    const lane = opened(batchLane(1));
    const pooled = Buffer.from('a view of the shared pool');
    const data = pooled.subarray(2, 9);
    const signature = await lane.run({ ...mlDsaSigning, data });
    expect(pooled.toString()).toBe('a view of the shared pool');
    expect(verify(null, data, pairs.mlDsa65.publicKey, signature)).toBe(true);
    expect(signature.buffer.byteLength).toBe(signature.length);
  });
});

test('neither queued slow work nor a batch delays a P-256 signature', async () => {
  const lane = opened(createLanes({ workers: 1, slowQueue: 4 }));
  // The start of a thread would count as delay.
  await lane.run(mlDsaSigning);
  const finished: string[] = [];
  const run = async (name: string, job: Job<'sign'>) => {
    await lane.run(job);
    finished.push(name);
  };
  await Promise.all([
    run('slow', slhDsaSigning),
    run('slow', slhDsaSigning),
    run('batch', mlDsaSigning),
    run('inline', p256Signing),
    run('inline', p256Signing),
  ]);
  expect(finished).toEqual(['inline', 'inline', 'batch', 'slow', 'slow']);
});

describe('jobs of one turn of the event loop', () => {
  const counting = `
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (batch) => parentPort.postMessage(batch.map(({ id }) => ({ id, result: batch.length }))));
  `;
  const counter = new URL(`data:text/javascript,${encodeURIComponent(counting)}`);
  const sizesOf = async (lane: Lane, jobs: number) =>
    (await Promise.all(Array.from({ length: jobs }, () => lane.run(mlDsaSigning)))) as unknown as number[];

  test('are one message a thread', async () => {
    const lane = opened(batchLane(2, counter));
    expect(await sizesOf(lane, 6)).toEqual([3, 3, 3, 3, 3, 3]);
    expect(await lane.run(mlDsaSigning)).toBe(1);
  });

  test('are more than one when they are more work', async () => {
    const lane = opened(batchLane(1, counter));
    expect(await sizesOf(lane, 10)).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 2, 2]);
  });
});

test('what comes while a thread has two messages goes together as the next', async () => {
  const lane = opened(batchLane(1));
  let turn = 0;
  const answeredAt: number[] = [];
  const ask = async (job: Job<'sign'>) => {
    await lane.run(job);
    answeredAt.push(turn);
  };
  const counting = setInterval(() => (turn += 1), 0);
  const answers: Promise<void>[] = [];
  // The first takes longer than all others take to come, each in a turn of its own.
  for (const job of [slhDsaSigning, mlDsaSigning, mlDsaSigning, mlDsaSigning, mlDsaSigning]) {
    answers.push(ask(job));
    await turnOfLoop();
    await turnOfLoop();
  }
  expect(answeredAt).toEqual([]);
  await Promise.all(answers);
  clearInterval(counting);
  const [, , ...others] = answeredAt;
  expect(others).toEqual([others[0], others[0], others[0]]);
});

describe('askers take turns', () => {
  test.each([
    ['batch', () => batchLane(1), mlDsaSigning, 100],
    ['slow', () => slowLane(10), slhDsaSigning, 6],
  ] as const)('in the %s lane', async (_name, create, job, jobs) => {
    const lane = opened(create());
    const finished: string[] = [];
    const run = async (asker: { name: string }) => {
      await lane.run(job, asker);
      finished.push(asker.name);
    };
    const flooding = { name: 'flood' };
    const flood = Array.from({ length: jobs }, () => run(flooding));
    await flood[0];
    await run({ name: 'lone' });
    expect(finished.length).toBeLessThan(jobs / 2 + 1);
    await Promise.all(flood);
  });
});

test('a full lane refuses, but not who has nothing waiting, and takes work again afterwards', async () => {
  const lane = opened(batchLane(1, workerEntry(), 20));
  const [flooding, lone] = [{}, {}];
  const flood = Array.from({ length: 30 }, () => lane.run(mlDsaSigning, flooding));
  const beside = lane.run(mlDsaSigning, lone);
  const outcomes = await Promise.allSettled(flood);
  expect(outcomes.map(({ status }) => status)).toEqual([...Array(20).fill('fulfilled'), ...Array(10).fill('rejected')]);
  expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'quota_exceeded', detail: 'too much to do' } });
  await expect(beside).resolves.toHaveLength(3309);
  await expect(lane.run(mlDsaSigning, flooding)).resolves.toHaveLength(3309);
});

test('a full slow lane refuses, and takes work again afterwards', async () => {
  const lane = opened(createLanes({ workers: 1, slowQueue: 2 }));
  const accepted = [lane.run(slhDsaSigning), lane.run(slhDsaSigning)];
  const refusal = { code: 'quota_exceeded', detail: '2 slow operations wait' };
  await expect(lane.run(slhDsaSigning)).rejects.toMatchObject(refusal);
  for (const signature of await Promise.all(accepted)) {
    expect(verify(null, message, pairs.slhDsa.publicKey, signature)).toBe(true);
  }
  await expect(lane.run(slhDsaSigning)).resolves.toHaveLength(35_664);
});

describe.each([
  ['batch', () => batchLane(1, mortalWorker)],
  ['slow', () => slowLane(4, mortalWorker)],
] as const)('the %s lane', (_name, create) => {
  test('refuses the jobs of a thread that ended and replaces it', async () => {
    const lane = opened(create());
    await expect(lane.run(mlDsaSigning)).resolves.toHaveLength(3309);
    await expect(lane.run(dying)).rejects.toMatchObject({ code: 'internal_error', detail: 'a worker thread ended' });
    await expect(lane.run(mlDsaSigning)).resolves.toHaveLength(3309);
  });

  test('refuses what is left and what comes when it is closed', async () => {
    const lane = create();
    const left = Promise.allSettled([lane.run(slhDsaSigning), lane.run(slhDsaSigning)]);
    await lane.close();
    for (const { status } of await left) expect(status).toBe('rejected');
    await expect(lane.run(mlDsaSigning)).rejects.toMatchObject({ code: 'internal_error' });
  });
});

test('idle threads do not keep the process alive', async () => {
  const program = `
    import { generateKeyPairSync } from 'node:crypto';
    import { createLanes } from '${new URL('./lanes.ts', import.meta.url).href}';
    const part = generateKeyPairSync('ml-dsa-65').privateKey;
    const key = { type: 'private', algorithm: { name: 'ML-DSA-65' }, extractable: false, usages: [], parts: [part] };
    const lane = createLanes({ workers: 2, slowQueue: 1 });
    const job = { operation: 'sign', algorithm: { name: 'ML-DSA-65' }, key, data: Buffer.alloc(10) };
    console.log((await lane.run(job)).length);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  expect(stdout).toBe('3309\n');
});
